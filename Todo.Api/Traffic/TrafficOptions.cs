namespace Todo.Api.Traffic;

/// <summary>The configuration section <c>Traffic</c>: how much of whom is served. Checked at start by <see cref="TrafficOptionsRules"/>.</summary>
public sealed class TrafficOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Traffic";

    /// <summary>False: nobody's rate is limited. What a tenant does at once still is.</summary>
    public bool LimitRates { get; init; } = true;

    /// <summary>The policies, by the name that callers see in header fields: lower-case letters, digits and hyphens.</summary>
    public Dictionary<string, PolicyOptions> Policies { get; init; } = [];

    /// <summary>Which policies a group of endpoints is under, by the group's name. A policy that has nothing to count by in a request leaves it alone.</summary>
    public Dictionary<string, string[]> Groups { get; init; } = [];

    /// <summary>How long a request waits for Redis before the limits of this process alone take over; 10 ms to 10 s.</summary>
    public TimeSpan RedisPatience { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many requests of one tenant this process works on at once, 1 to 1000; null: half of the connections to the database that it has.</summary>
    public int? TenantConcurrency { get; init; }

    /// <summary>How many more requests of that tenant wait for one of those to end, 0 to 10,000.</summary>
    public int TenantQueue { get; init; } = 256;
}

/// <summary>One limit: at most so many requests in so much time, of each of what it counts by.</summary>
public sealed class PolicyOptions
{
    /// <summary>What it counts by.</summary>
    public PartitionKind Partition { get; init; }

    /// <summary>Requests per <see cref="Per"/> in the long run: 1 to 10,000.</summary>
    public int Rate { get; init; }

    /// <summary>The time that <see cref="Rate"/> is for.</summary>
    public RatePeriod Per { get; init; }

    /// <summary>How many requests beyond the rate go on at once: 0 to 100,000. nginx's <c>delay=</c>, or its <c>burst=</c> with <c>nodelay</c>.</summary>
    public int Burst { get; init; }

    /// <summary>How many requests beyond the burst wait for their turn, instead of being refused: 0 to 10,000, and at most <see cref="LimitPolicy.MaxWait"/> of waiting.</summary>
    public int Queue { get; init; }
}

/// <summary>What a policy counts by.</summary>
public enum PartitionKind
{
    /// <summary>The caller's address; of IPv6 the first 64 bits, which is what one subscriber has.</summary>
    Address,

    /// <summary>The account that an anonymous request is about, such as the one to sign in to.</summary>
    Account,

    /// <summary>The signed-in person.</summary>
    Person,

    /// <summary>The tenant.</summary>
    Tenant,

    /// <summary>The API key of a machine.</summary>
    ApiKey,
}

/// <summary>The time that a rate is for.</summary>
public enum RatePeriod
{
    /// <summary>One second.</summary>
    Second,

    /// <summary>Sixty seconds.</summary>
    Minute,
}
