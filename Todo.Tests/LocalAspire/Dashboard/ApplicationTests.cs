using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire.Dashboard;

public sealed class ApplicationTests
{
    [Fact]
    public async Task Resources_show_their_state_and_environment_but_no_secret()
    {
        const string Secret = "hunter2-and-more";
        await using var dashboard = await RunningDashboard.StartAsync(sample =>
        {
            sample.Builder.Configuration["Parameters:key"] = Secret;
            var parameter = sample.Builder.AddParameter("key", secret: true);
            var database = sample.Builder.AddConnectionString("database", ReferenceExpression.Create($"Host=localhost;Password={parameter}"));
            sample.AddShell("server", "echo ready; exec sleep 100")
                .WithEnvironment("PLAIN", "as it is")
                .WithEnvironment("HIDDEN_BY_MODEL", parameter)
                .WithEnvironment("HIDDEN_IN_TEXT", $"prefix-{parameter}-suffix")
                .WithEnvironment("SOME_PASSWORD", "named like one")
                .WithEnvironment("ADDRESS", "amqp://user:hunter3@localhost")
                .WithReference(database);
        });
        await dashboard.Sample.WhenAsync("server", KnownResourceStates.Running);

        var text = await dashboard.Reader.GetStringAsync("/api/resources");
        text.ShouldNotContain("hunter");
        text.ShouldNotContain("named like one");
        var server = JsonDocument.Parse(text).RootElement.EnumerateArray().Single(resource => resource.GetProperty("name").GetString() == "server");
        server.GetProperty("state").GetString().ShouldBe("Running");
        var environment = server.GetProperty("environment").EnumerateArray().ToDictionary(variable => variable.GetProperty("name").GetString()!, variable => variable.GetProperty("isSecret").GetBoolean());
        environment["PLAIN"].ShouldBeFalse();
        environment.Where(variable => variable.Value).Select(variable => variable.Key)
            .ShouldBe(["ADDRESS", "ConnectionStrings__database", "HIDDEN_BY_MODEL", "HIDDEN_IN_TEXT", "SOME_PASSWORD"], ignoreOrder: true);
    }

    [Fact]
    public async Task Commands_are_given_and_answered_and_restarts_are_counted()
    {
        await using var dashboard = await RunningDashboard.StartAsync(sample => sample.AddShell("server", "exec sleep 100")
            .WithCommand("greet", "Greet", _ => Task.FromResult(CommandResults.Success("well", "[1]", CommandResultFormat.Json)), new() { ConfirmationMessage = "Sure?" }));
        await dashboard.Sample.WhenAsync("server", KnownResourceStates.Running);

        var greeting = await PostAsync("greet");
        (greeting.GetProperty("success").GetBoolean(), greeting.GetProperty("message").GetString(), greeting.GetProperty("data").GetString()).ShouldBe((true, "well", "[1]"));
        (await PostAsync("restart")).GetProperty("success").GetBoolean().ShouldBeTrue();
        var server = (await dashboard.ReadAsync("/api/resources"))[0];
        (server.GetProperty("state").GetString(), server.GetProperty("restarts").GetInt32()).ShouldBe(("Running", 1));
        server.GetProperty("commands").EnumerateArray().Single(command => command.GetProperty("name").GetString() == "greet").GetProperty("confirmation").GetString().ShouldBe("Sure?");
        (await PostAsync("start")).GetProperty("success").GetBoolean().ShouldBeFalse("it runs already");
        using var unknown = await dashboard.Reader.PostAsync("/api/resources/server/commands/dance", null);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var nobody = await dashboard.Reader.PostAsync("/api/resources/nobody/commands/stop", null);
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task<JsonElement> PostAsync(string command)
        {
            using var response = await dashboard.Reader.PostAsync($"/api/resources/server/commands/{command}", null, dashboard.Sample.Patience);
            return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(dashboard.Sample.Patience);
        }
    }

    [Fact]
    public async Task The_console_is_read_at_once_or_line_by_line_as_it_comes()
    {
        await using var dashboard = await RunningDashboard.StartAsync(sample =>
            sample.AddShell("talker", "printf '\\033[31mred\\033[0m\\n'; while [ ! -f go ]; do sleep 0.05; done; echo went; echo badly >&2; exec sleep 100"));
        using var stream = await dashboard.Reader.GetStreamAsync("/api/console?resource=talker", dashboard.Sample.Patience);
        using var reader = new StreamReader(stream);

        await UntilAsync("red");
        await File.WriteAllTextAsync(Path.Combine(dashboard.Sample.Folder, "go"), "");
        await UntilAsync("badly");

        // What it says in two ways is read in two ways: either may be there first.
        JsonElement[] lines = [];
        await Eventually.TrueAsync(async () => (lines = [.. (await dashboard.ReadAsync("/api/console/talker")).EnumerateArray()]).Length == 3);
        lines.Select(line => line.GetProperty("number").GetInt32()).ShouldBe([1, 2, 3]);
        lines[0].GetProperty("text").GetString().ShouldBe("\e[31mred\e[0m");
        (await File.ReadAllTextAsync(Path.Combine(dashboard.Sample.Folder, ".aspire", "logs", "talker.log"), dashboard.Sample.Patience)).ShouldContain("Z red\n", Case.Sensitive, "colours are for those who watch");
        lines.Single(line => line.GetProperty("text").GetString() == "badly").GetProperty("isError").GetBoolean().ShouldBeTrue();
        using var nobody = await dashboard.Reader.GetAsync("/api/console/nobody");
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task UntilAsync(string text)
        {
            while (await reader.ReadLineAsync(dashboard.Sample.Patience) is { } line && !line.Contains(text, StringComparison.Ordinal))
            {
            }
        }
    }

    [Fact]
    public async Task Changes_are_told_as_they_happen()
    {
        await using var dashboard = await RunningDashboard.StartAsync();
        using var stream = await dashboard.Reader.GetStreamAsync("/api/live", dashboard.Sample.Patience);
        using var reader = new StreamReader(stream);

        (await NextAsync()).GetProperty("spans").GetInt32().ShouldBe(0);
        using var sent = await dashboard.SendAsync("traces", RunningDashboard.Protobuf(OtlpMessage.Request("shop", OtlpMessage.Span(1, 1, "GET /"))));
        (await NextAsync()).GetProperty("spans").GetInt32().ShouldBe(1);

        async Task<JsonElement> NextAsync()
        {
            while (true)
            {
                var line = await reader.ReadLineAsync(dashboard.Sample.Patience);
                if (line!.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return JsonDocument.Parse(line["data: ".Length..]).RootElement;
                }
            }
        }
    }

    [Theory]
    [InlineData("--LocalAspire:DisableDashboard=true", true)]
    [InlineData("--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317", false)]
    public async Task It_can_be_turned_off_and_telemetry_be_sent_elsewhere(string argument, bool isOff)
    {
        await using var sample = SampleApplication.WithDashboard(argument);
        await sample.StartAsync();

        (sample.App.Services.GetService(typeof(Aspire.Hosting.Dashboard.DashboardService)) is null).ShouldBe(isOff);
        sample.Builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"].ShouldBe(isOff ? null : "http://localhost:4317");
        sample.Builder.Configuration["OTEL_EXPORTER_OTLP_HEADERS"].ShouldBeNull();
    }
}
