using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Todo.Tests.Api;
using Todo.Tests.Embedded;

namespace Todo.Tests.EndToEnd;

/// <summary>The whole system as <c>dotnet run --project Todo.AppHost</c> starts it, on data of its own.</summary>
public sealed class AppHostTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _data = new();
    private DistributedApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Todo_AppHost>(
            ["--environment=Development", $"--Todo:DataFolder={_data.Root}", "--Parameters:demo-password=the demo password", "--Parameters:operator-key=the operator key"]);
        _app = await builder.BuildAsync();
        await _app.StartAsync().WaitAsync(Patience);
        await _app.ResourceNotifications.WaitForResourceHealthyAsync("api").WaitAsync(Patience);
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Two_tenants_work_side_by_side_and_neither_sees_the_other()
    {
        using var bakery = await SignInAsync("alice@bakery.example");
        using var garage = await SignInAsync("carol@garage.example");
        await bakery.AddTodoAsync("Only for bakers");
        await garage.AddTodoAsync("Only for mechanics");

        var bakersTodos = await bakery.TitlesAsync();
        var mechanicsTodos = await garage.TitlesAsync();

        bakersTodos.Count.ShouldBe(4);
        mechanicsTodos.Count.ShouldBe(4);
        bakersTodos.ShouldContain("Only for bakers");
        mechanicsTodos.ShouldContain("Only for mechanics");
        bakersTodos.Intersect(mechanicsTodos).ShouldBeEmpty();

        using var intruder = new TenantClient(bakery.BaseAddress!, garage.Slug, bakery.Token, bakery.UserId);
        using var refused = await intruder.GetAsync("/todos");
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Every_resource_is_up_and_the_operators_command_migrates()
    {
        await _app.ResourceNotifications.WaitForResourceAsync("migrations", resource => resource.Snapshot.State?.Text == KnownResourceStates.Finished && resource.Snapshot.ExitCode == 0).WaitAsync(Patience);
        foreach (var server in (string[])["postgres", "redis"])
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(server).WaitAsync(Patience);
        }

        var result = await _app.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync("api", "migrate-all");

        result.Success.ShouldBeTrue(result.Message);
    }

    private async Task<TenantClient> SignInAsync(string email)
    {
        using var client = _app.CreateHttpClient("api", "http");
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password = "the demo password" });
        response.EnsureSuccessStatusCode();
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new TenantClient(client.BaseAddress!, login.GetProperty("tenant").GetString()!, login.GetProperty("token").GetString()!, login.GetProperty("userId").GetGuid());
    }
}
