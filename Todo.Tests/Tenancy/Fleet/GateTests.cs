using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Todo.Tenancy.Fleet;
using Todo.Tests.Servers;

namespace Todo.Tests.Tenancy.Fleet;

/// <summary>A real server is asked between the waves of a run.</summary>
public sealed class GateTests : IAsyncLifetime
{
    private static readonly MigrationTarget Head = MigrationTarget.To(ProbeDbContext.Second);

    // A gate that takes long is none that refuses.
    private static readonly RunExecution Execution = new() { GateTimeout = Eventually.Patience };

    private readonly FleetDatabase _database = new();
    private readonly ConcurrentQueue<(string Method, long Applied)> _asked = new();
    private readonly ConcurrentQueue<HttpStatusCode> _answers = new();
    private WebApplication _gate = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _gate = builder.Build();
        _gate.Urls.Add("http://127.0.0.1:0");
        _gate.Map("/health", async context =>
        {
            _asked.Enqueue((context.Request.Method, await AppliedAsync()));
            context.Response.StatusCode = (int)(_answers.TryDequeue(out var answer) ? answer : HttpStatusCode.NoContent);
        });
        await _gate.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _gate.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_gate_that_is_content_is_asked_once_after_every_wave_but_the_last()
    {
        await _database.ProvisionOldAsync(6);

        var report = await StartAsync("1,3,100%");

        (report.Run.State, report.Counts.Applied).ShouldBe((RunState.Completed, 6));
        _asked.ShouldBe([("GET", 1), ("GET", 3)]);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task A_gate_that_refuses_pauses_the_run_and_is_asked_again_when_that_is_resumed(HttpStatusCode refusal)
    {
        await _database.ProvisionOldAsync(4);
        _answers.Enqueue(refusal);

        var report = await StartAsync("2,100%");

        (report.Run.State, report.Run.CurrentWave, report.Counts.Applied, report.Counts.Pending).ShouldBe((RunState.Paused, 0, 2, 2));
        report.Run.Reason.ShouldNotBeNull().ShouldContain($"answered {(int)refusal}");
        report.Run.IsPausedByPerson.ShouldBeFalse();

        await _database.Runs.ResumeAsync(report.Run.Id, null, ProbeDbContext.Line, CancellationToken.None);
        var resumed = await _database.Executor().ExecuteAsync(report.Run.Id, Execution, CancellationToken.None);
        (resumed.Run.State, resumed.Counts.Applied).ShouldBe((RunState.Completed, 4));
        _asked.ShouldBe([("GET", 2), ("GET", 2)]);
    }

    private Task<RunReport> StartAsync(string waves) => _database.RunAsync(
        RunKind.Apply, Head, request: new RunRequest("cli", "a test") { Waves = Waves.Parse(waves), GateUrl = new Uri(_gate.Urls.Single() + "/health") }, execution: Execution);

    private Task<long> AppliedAsync() => _database.ScalarAsync<long>("SELECT count(*) FROM public.migration_run_tenants WHERE state = 'applied'");
}
