using System.Diagnostics;
using System.Net;
using Todo.Api.Traffic;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Traffic;

/// <summary>Where a tenant's requests beyond one wait for their turn, which comes four times a minute.</summary>
public sealed class QueueHost : TrafficHost
{
    public const int Queue = 2;
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        .. Limit("tenant", 4, RatePeriod.Minute, burst: 0, Queue),
        "--Logging:Console:LogLevel:Default=None",
    ];
}

public sealed class QueueTests(QueueHost api) : IClassFixture<QueueHost>
{
    [Fact]
    public async Task What_fits_in_the_queue_waits_its_turn_the_rest_is_refused_and_nobody_waits_for_another_tenant()
    {
        using var busy = await api.CreateTenantAsync();
        using var quiet = await api.CreateTenantAsync();
        var watch = Stopwatch.StartNew();
        var requests = Enumerable.Range(0, 10).Select(_ => EndOfAsync(busy, watch)).ToArray();
        await Eventually.TrueAsync(() => Task.FromResult(requests.Any(request => request is { IsCompleted: true, Result.Status: HttpStatusCode.TooManyRequests })));

        // The busy one's queue is full; the quiet one does not stand in it.
        using var response = await quiet.GetAsync("/todos");
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        requests.Count(request => !request.IsCompleted).ShouldBeGreaterThan(0);

        var ends = await Task.WhenAll(requests);
        var accepted = ends.Where(end => end.Status == HttpStatusCode.OK).Select(end => end.At).Order().ToArray();
        accepted.Length.ShouldBeInRange(1 + QueueHost.Queue, 1 + QueueHost.Queue + (int)(ends.Max(end => end.At) / QueueHost.Interval));
        for (var turn = 1; turn < accepted.Length; turn++)
        {
            // The first turn was given some time after the watch was started, so the others can't be early by the watch.
            accepted[turn].ShouldBeGreaterThanOrEqualTo(turn * QueueHost.Interval);
        }
    }

    [Fact]
    public async Task Who_hangs_up_while_waiting_is_not_served()
    {
        using var owner = await api.CreateTenantAsync();
        using var statements = new StatementCount(api.Name);
        using var first = await owner.GetAsync("/todos");
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        statements.Take();
        using var delays = new Measured(api, "todo.limits.delays");
        using var patience = new CancellationTokenSource();
        var second = owner.GetAsync("/todos", patience.Token);
        await Eventually.TrueAsync(() => Task.FromResult(delays.Of("tenant") == 1));
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(second);

        // The one after it is served, in the turn after that which was given up; so by then the other's has passed.
        using var third = await owner.GetAsync("/todos");
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
        statements.Take().Count(statement => statement.Contains("todos", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static async Task<(HttpStatusCode Status, TimeSpan At)> EndOfAsync(TenantClient client, Stopwatch watch)
    {
        using var response = await client.GetAsync("/todos");
        return (response.StatusCode, watch.Elapsed);
    }
}
