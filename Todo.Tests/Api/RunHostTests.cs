using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Provisioning;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>Runs that the API works on in the background, when something is in the way.</summary>
public sealed class RunHostTests : IAsyncLifetime
{
    private static readonly string Old = MigrationLines.Tenant.Steps[^2].Id;

    private readonly ApiHost _api = new();

    private CapturedLogs Logs { get; } = new();

    public async Task InitializeAsync()
    {
        await _api.InitializeAsync();
        _api.Service<ILoggerFactory>().AddProvider(Logs);
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        Logs.Dispose();
    }

    [Fact]
    public async Task A_run_of_another_build_is_left_alone_and_said_so_and_the_next_one_is_worked_on()
    {
        await ProvisionOldAsync(2);
        var planner = new FleetPlanner(_api.DataSource, MigrationLines.Tenant);
        var runs = new RunStore(_api.DataSource);
        var plan = await planner.PlanAsync(RunKind.Apply, TenantSelection.All, MigrationTarget.To(MigrationLines.Tenant.Head.Id), CancellationToken.None);

        // One statement changes what it is before anybody sees it running.
        await _api.ExecuteAsync(
            """
            CREATE FUNCTION foreign_run() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.checksum := ''of another build''; RETURN NEW; END';
            CREATE TRIGGER foreign_run BEFORE INSERT ON migration_runs FOR EACH ROW EXECUTE FUNCTION foreign_run();
            """);
        var run = await runs.StartAsync(plan, new RunRequest("api", "an older replica"), CancellationToken.None);
        await _api.ExecuteAsync("DROP FUNCTION foreign_run() CASCADE");

        await Eventually.TrueAsync(() => Task.FromResult(Logs.Lines.Any(line => line.Contains($"Run {run.Id} was planned with other migrations", StringComparison.Ordinal))));
        (await runs.GetAsync(run.Id, CancellationToken.None)).State.ShouldBe(RunState.Running);
        (await runs.TenantsAsync(run.Id, null, CancellationToken.None)).ShouldAllBe(tenant => tenant.State == RunTenantState.Pending && tenant.Attempts == 0);
        using (var resumed = await _api.Operator.PostAsync($"/cc/runs/{run.Id}/resume", null))
        {
            await resumed.ShouldBeProblemSayingAsync(HttpStatusCode.Conflict, "other migrations");
        }

        using var cancelled = await _api.Operator.PostAsync($"/cc/runs/{run.Id}/cancel", null);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.OK);
        await EndedAsync(await StartAsync(new { }));
        (await _api.ScalarAsync<long>($"SELECT count(*) FROM tenants WHERE schema_version = '{MigrationLines.Tenant.Head.Id}'")).ShouldBe(2);
    }

    [Fact]
    public async Task A_replica_that_is_shut_down_in_the_middle_leaves_a_run_that_another_goes_on_with_at_its_pace()
    {
        await ProvisionOldAsync(6);
        await using var held = await HeldTenants.FromAsync(_api, position: 3);
        var run = await StartAsync(new { parallelism = 1, maxLoad = 0.1 });
        await Eventually.TrueAsync(async () => await AppliedAsync(run) >= 1);

        await _api.App.StopAsync();

        var runs = new RunStore(_api.DataSource);
        var left = await runs.GetAsync(run, CancellationToken.None);
        (left.State, left.Parallelism, left.MaxLoad).ShouldBe((RunState.Running, 1, 0.1));
        var counts = await runs.CountAsync(run, CancellationToken.None);
        (counts.Applied + counts.Pending).ShouldBe(6);
        counts.Pending.ShouldBeGreaterThan(0);
        (await _api.ScalarAsync<long>($"SELECT count(*) FROM tenants WHERE schema_version = '{Old}'")).ShouldBe(counts.Pending);

        await held.ReleaseAsync();
        var (next, _) = await _api.StartApiAsync(_api.ConnectionString);
        await using (next)
        {
            await EndedAsync(run);
        }

        // One at once, and after each a pause that is nine times as long as the tenant took; between the replicas it was longer.
        var hurried = await _api.ScalarAsync<long>(
            $"""
            SELECT count(*) FROM (
                SELECT lead(started_at) OVER (ORDER BY position) - finished_at AS pause, finished_at - started_at AS work
                FROM migration_run_tenants WHERE run_id = '{run}' AND position >= {counts.Applied}) t
            WHERE pause < work * 7
            """);
        hurried.ShouldBe(0);
        (await AppliedAsync(run)).ShouldBe(6);
    }

    [Fact]
    public async Task Somebody_who_watches_a_run_and_goes_away_is_let_go_and_the_run_goes_on()
    {
        // The meter of this application, not that of others in this process.
        var ended = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "http.server.request.duration" && instrument.Meter.Scope == _api.Service<IMeterFactory>())
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => ended.Enqueue(string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))));
        listener.Start();
        await ProvisionOldAsync(2);
        await using var held = await HeldTenants.FromAsync(_api, position: 1);
        var run = await StartAsync(new { });
        using (var request = new HttpRequestMessage(HttpMethod.Get, $"/cc/runs/{run}") { Headers = { { "Accept", "text/event-stream" } } })
        using (var response = await _api.Operator.SendAsync(request, HttpCompletionOption.ResponseHeadersRead))
        await using (var stream = await response.Content.ReadAsStreamAsync())
        {
            (await stream.ReadAsync(new byte[16])).ShouldBeGreaterThan(0);
            ended.ShouldNotContain(line => line.Contains("/cc/runs/{id:guid}", StringComparison.Ordinal));
        }

        // While the run is still open, so it was not its end that ended the answer.
        await Eventually.TrueAsync(() => Task.FromResult(ended.Any(line => line.Contains("http.route=/cc/runs/{id:guid}", StringComparison.Ordinal))));
        (await new RunStore(_api.DataSource).GetAsync(run, CancellationToken.None)).State.ShouldBe(RunState.Running);
        Logs.Lines.ShouldNotContain(line => line.Contains("ProblemExceptionHandler", StringComparison.Ordinal));

        await held.ReleaseAsync();
        await EndedAsync(run);
        (await AppliedAsync(run)).ShouldBe(2);
    }

    [Fact]
    public async Task A_mistake_of_ours_is_not_answered_as_one_of_the_callers()
    {
        // A state that no build writes: reading it fails with an argument's error, and no argument is the caller's.
        var run = Guid.CreateVersion7();
        await _api.ExecuteAsync(
            $"""
            ALTER TABLE migration_runs DROP CONSTRAINT migration_runs_state_check;
            INSERT INTO migration_runs (id, kind, state, target, executor, started_by, checksum, wave_count, current_wave, created_at)
            VALUES ('{run}', 'apply', 'unheard_of', 'head', 'worker', 'a test', '', 1, 0, now());
            """);

        using var response = await _api.Operator.GetAsync($"/cc/runs/{run}");

        await response.ShouldBeProblemAsync(HttpStatusCode.InternalServerError);
    }

    private async Task<Guid> StartAsync(object body)
    {
        using var response = await _api.Operator.PostAsJsonAsync("/cc/runs", body);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, text);
        return JsonSerializer.Deserialize<JsonElement>(text).GetProperty("run").GetProperty("id").GetGuid();
    }

    private Task EndedAsync(Guid run) => Eventually.TrueAsync(async () => await _api.ScalarAsync<string>($"SELECT state FROM migration_runs WHERE id = '{run}'") == "completed");

    private Task<long> AppliedAsync(Guid run) => _api.ScalarAsync<long>($"SELECT count(*) FROM migration_run_tenants WHERE run_id = '{run}' AND state = 'applied'");

    private async Task ProvisionOldAsync(int count)
    {
        var provisioner = new TenantProvisioner(_api.DataSource, MigrationLines.Tenant.UpTo(Old));
        for (var i = 0; i < count; i++)
        {
            await provisioner.ProvisionAsync($"old-{i}", "Old", seed: null, CancellationToken.None);
        }
    }
}
