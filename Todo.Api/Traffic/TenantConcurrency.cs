using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Identity;
using Todo.Api.Tracing;

namespace Todo.Api.Traffic;

/// <summary>
/// How many requests of one tenant this process works on at once. The rest wait here in a queue of their tenant's own, so that they don't stand in
/// front of other tenants' in the queue for the connections to the database.
/// </summary>
/// <remarks>Per process, as the connections are. A tenant alone leaves half of them free; of several busy ones, each is in the connections' queue with this many requests at most, whatever it sends.</remarks>
internal sealed class TenantConcurrency : IDisposable
{
    public const string PolicyName = "tenant-concurrency";

    // There is no telling when the tenant's own requests will end.
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<Guid> _tenants;
    private readonly TrafficMetrics _metrics;

    public TenantConcurrency(IOptions<TrafficOptions> options, NpgsqlDataSource database, TrafficMetrics metrics)
    {
        _metrics = metrics;
        var pool = new NpgsqlConnectionStringBuilder(database.ConnectionString).MaxPoolSize;
        var perTenant = new ConcurrencyLimiterOptions
        {
            PermitLimit = options.Value.TenantConcurrency ?? Math.Max(1, pool / 2),
            QueueLimit = options.Value.TenantQueue,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };
        _tenants = PartitionedRateLimiter.Create<Guid, Guid>(tenant => RateLimitPartition.GetConcurrencyLimiter(tenant, _ => perTenant));
    }

    /// <summary>Comes after authorization, which says whose the request is.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.TakesNoTurn() || context.RequestServices.GetRequiredService<RequestIdentity>().TenantId is not { } tenant)
        {
            await next(context);
            return;
        }

        var turn = _tenants.AcquireAsync(tenant, 1, context.RequestAborted);
        using var lease = turn.IsCompleted ? await turn : await WaitAsync(turn);
        if (lease.IsAcquired)
        {
            await next(context);
        }
        else
        {
            _metrics.Rejected(PolicyName);
            await TooManyRequests.WriteAsync(context, RetryAfter, [PolicyName]);
        }
    }

    private async ValueTask<RateLimitLease> WaitAsync(ValueTask<RateLimitLease> turn)
    {
        _metrics.Delayed(PolicyName);
        using var wait = ApiSpans.StartWait(PolicyName);
        return await turn;
    }

    public void Dispose() => _tenants.Dispose();
}
