using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;

namespace Todo.Api.Files;

/// <summary>
/// How many files of one tenant are on their way at once. They last, so they take none of the turns that the tenant's other requests need, and are limited
/// by themselves.
/// </summary>
internal sealed class TransferTurns(IOptions<FilesOptions> options) : IDisposable
{
    private const string RetryAfterSeconds = "5";

    private readonly PartitionedRateLimiter<Guid> _tenants = PartitionedRateLimiter.Create<Guid, Guid>(tenant => RateLimitPartition.GetConcurrencyLimiter(
        tenant, _ => new ConcurrencyLimiterOptions { PermitLimit = options.Value.TransfersPerTenant, QueueLimit = 0 }));

    /// <summary>Takes a turn, which ends with the answer.</summary>
    /// <exception cref="RefusedException">429: there is none.</exception>
    public void Take(HttpContext context, Guid tenant)
    {
        var turn = _tenants.AttemptAcquire(tenant);
        context.Response.RegisterForDispose(turn);
        if (!turn.IsAcquired)
        {
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
            throw new RefusedException(StatusCodes.Status429TooManyRequests, $"More than {options.Value.TransfersPerTenant} files are on their way at once. Try again in {RetryAfterSeconds} s.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _tenants.Dispose();
}
