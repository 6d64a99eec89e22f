using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Todo.Tests.Api;
using Todo.Tests.Embedded;

namespace Todo.Tests.EndToEnd;

/// <summary>The whole system as <c>dotnet run --project Todo.AppHost</c> starts it, on data of its own.</summary>
public sealed class AppHostTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private DistributedApplication _app = null!;

    public async Task InitializeAsync()
    {
        _app = await DemoSystem.BuildAsync(_data);
        await DemoSystem.StartAsync(_app);
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
        using var bakery = await DemoSystem.SignInAsync(_app, "alice@bakery.example");
        using var garage = await DemoSystem.SignInAsync(_app, "carol@garage.example");
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
        await _app.ResourceNotifications.WaitForResourceAsync("migrations", resource => resource.Snapshot.State?.Text == KnownResourceStates.Finished && resource.Snapshot.ExitCode == 0).WaitAsync(DemoSystem.Patience);
        foreach (var server in (string[])["postgres", "redis"])
        {
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(server).WaitAsync(DemoSystem.Patience);
        }

        var result = await _app.Services.GetRequiredService<ResourceCommandService>().ExecuteCommandAsync("api", "migrate-all");

        result.Success.ShouldBeTrue(result.Message);
    }
}
