using System.Globalization;

namespace Todo.Api.Traffic;

/// <summary>
/// The arithmetic of one policy: the generic cell rate algorithm (ITU-T I.371). Each partition has a debt, the time that the requests it
/// has made would have taken at the policy's rate, less the time that has passed, and never below zero. Times are in microseconds.
/// </summary>
/// <remarks>In any time span, of each partition at most 1 + <see cref="PolicyOptions.Burst"/> + rate × span requests go on.</remarks>
public sealed class LimitPolicy
{
    /// <summary>The longest that a request may wait for its turn.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    private const long MicrosecondsPerSecond = 1_000_000;

    private readonly long _burst;

    /// <summary>Reads a policy as configured; its rules have been checked, or are about to be.</summary>
    public LimitPolicy(string name, PolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Name, Options) = (name, options);
        var period = (options.Per == RatePeriod.Minute ? 60 : 1) * MicrosecondsPerSecond;

        // Rounded up, so that what is admitted is never more than the rate; at 10,000 a second this is exact still.
        Interval = (period + options.Rate - 1) / options.Rate;
        _burst = options.Burst * Interval;
        Tolerance = _burst + (options.Queue * Interval);
        Quota = 1L + options.Burst + options.Queue;
        PolicyItem = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={Quota};w={Seconds(Quota * Interval)}");
    }

    /// <summary>Its name, which callers see.</summary>
    public string Name { get; }

    /// <summary>As configured.</summary>
    public PolicyOptions Options { get; }

    /// <summary>What one request adds to the debt.</summary>
    public long Interval { get; }

    /// <summary>The debt beyond which requests are refused.</summary>
    public long Tolerance { get; }

    /// <summary>How many requests are accepted at once, waiting ones included, of a partition without debt.</summary>
    public long Quota { get; }

    /// <summary>Its item in the <c>RateLimit-Policy</c> field: the quota, and the seconds in which all of it comes back.</summary>
    public string PolicyItem { get; }

    /// <summary>How long the last in the queue waits.</summary>
    public TimeSpan LongestWait => TimeSpan.FromMicroseconds(Tolerance - _burst);

    /// <summary>How long a request waits that has just brought the debt to <paramref name="debt"/>.</summary>
    public TimeSpan Wait(long debt) => TimeSpan.FromMicroseconds(Math.Max(0, debt - Interval - _burst));

    /// <summary>How long the next request is refused; zero or less if it is not.</summary>
    public TimeSpan Refused(long debt) => TimeSpan.FromMicroseconds(debt - Tolerance);

    /// <summary>How many more requests would be accepted now.</summary>
    public long Remaining(long debt) => debt > Tolerance ? 0 : ((Tolerance - debt) / Interval) + 1;

    /// <summary>Whole seconds until <see cref="Remaining"/> is one more.</summary>
    public long Reset(long debt) => Seconds(debt - Tolerance + (Remaining(debt) * Interval));

    private static long Seconds(long microseconds) => (microseconds + MicrosecondsPerSecond - 1) / MicrosecondsPerSecond;
}
