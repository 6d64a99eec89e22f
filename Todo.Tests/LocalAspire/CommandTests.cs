using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Todo.Tests.LocalAspire;

public sealed class CommandTests
{
    [Fact]
    public async Task A_command_runs_and_its_failure_is_a_result()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("server", "exec sleep 100")
            .WithCommand("greet", "Greet", context => Task.FromResult(CommandResults.Success($"hello from {context.ResourceName}")))
            .WithCommand("break", "Break", _ => throw new InvalidOperationException("broken"), new()
            {
                ConfirmationMessage = "Sure?",
                UpdateState = state => state.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled,
            });
        await sample.StartAsync();
        var running = await sample.WhenAsync("server", KnownResourceStates.Running);

        (await sample.App.ResourceCommands.ExecuteCommandAsync("server", "greet", sample.Patience)).Message.ShouldBe("hello from server");
        var failure = await sample.App.ResourceCommands.ExecuteCommandAsync("server", "break", sample.Patience);
        (failure.Success, failure.Message).ShouldBe((false, "broken"));
        (await sample.App.ResourceCommands.ExecuteCommandAsync("server", "dance", sample.Patience)).Message!.ShouldContain("no command 'dance'");
        running.Commands.Single(command => command.Name == "break").ShouldSatisfyAllConditions(
            command => command.ConfirmationMessage.ShouldBe("Sure?"),
            command => command.State.ShouldBe(ResourceCommandState.Enabled));
    }

    [Fact]
    public async Task An_http_command_asks_the_resource_itself()
    {
        await using var sample = new SampleApplication();
        var server = sample.AddShell("server", "exec sleep 100").WithHttpEndpoint().WithHttpHealthCheck("/health")
            .WithHttpCommand("/migrate", "Migrate", commandName: "migrate", commandOptions: new()
            {
                PrepareRequest = context =>
                {
                    context.Request.Headers.Add("X-Key", "secret");
                    return Task.CompletedTask;
                },
                ResultMode = HttpCommandResultMode.Auto,
            })
            .WithHttpCommand("/missing", "Missing", commandName: "missing", commandOptions: new() { Method = HttpMethod.Get });
        await sample.StartAsync();
        var deaf = await sample.States.WaitForResourceAsync("server", e => e.Snapshot.HealthReports.Any(r => r.Status is not null), sample.Patience);
        deaf.Snapshot.HealthStatus.ShouldBe(HealthStatus.Unhealthy);

        await using var web = await ListenAsync(server.GetEndpoint("http").Url);
        await sample.States.WaitForResourceHealthyAsync("server", sample.Patience);

        var done = await sample.App.ResourceCommands.ExecuteCommandAsync("server", "migrate", sample.Patience);
        (done.Success, done.Data?.Value, done.Data?.Format).ShouldBe((true, "{\"key\":\"secret\"}", CommandResultFormat.Json));
        var failed = await sample.App.ResourceCommands.ExecuteCommandAsync("server", "missing", sample.Patience);
        (failed.Success, failed.Message).ShouldBe((false, "Request failed with status code NotFound"));
        using var client = sample.App.CreateHttpClient("server");
        (await client.GetStringAsync(new Uri("/health", UriKind.Relative), sample.Patience)).ShouldBe("well");
    }

    private static async Task<WebApplication> ListenAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var web = builder.Build();
        web.Urls.Add(url);
        web.MapGet("/health", () => "well");
        web.MapPost("/migrate", (HttpRequest request) => Results.Text($"{{\"key\":\"{request.Headers["X-Key"]}\"}}", "application/json"));
        await web.StartAsync();
        return web;
    }
}
