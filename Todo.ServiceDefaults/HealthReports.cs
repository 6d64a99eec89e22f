using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Todo.ServiceDefaults;

/// <summary>Asks all checks at most once a second, however many probes ask; those that come meanwhile get the same answer.</summary>
internal sealed class HealthReports(HealthCheckService checks, TimeProvider clock)
{
    /// <summary>How long an answer is good for.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<HealthReport>? _last;
    private long _askedAt;

    /// <summary>How everything is, or was within the last second.</summary>
    public Task<HealthReport> GetAsync()
    {
        lock (_lock)
        {
            // Counted from the answer's end as well: checks of a server that hangs take longer than a second.
            if (_last is { IsCompleted: false } or { IsCompletedSuccessfully: true } && (!_last.IsCompleted || clock.GetElapsedTime(_askedAt) < Lifetime))
            {
                return _last;
            }

            _askedAt = clock.GetTimestamp();

            // Nobody's leaving cancels it for the others; each check has its own limit of time.
            return _last = Task.Run(() => checks.CheckHealthAsync(CancellationToken.None));
        }
    }
}
