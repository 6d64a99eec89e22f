using System.ComponentModel.DataAnnotations;

namespace Todo.MigrationWorker;

/// <summary>The configuration section <c>Migration</c>.</summary>
internal sealed class MigrationOptions
{
    public const string Section = "Migration";

    /// <summary>Tenants migrated at once, 1 to 64; more than twice the database server's cores gains nothing. Absent: 4, or as a run that it joins says.</summary>
    [Range(1, 64)]
    public int? Parallelism { get; init; }

    /// <summary>How a run spreads: shares that count from the beginning, such as one canary, a tenth, the rest.</summary>
    public string Waves { get; init; } = "1,10%,100%";

    /// <summary>How many tenants may fail before the run pauses and the worker ends with exit code 1: a number or a percentage. Of the canaries none may.</summary>
    public string ErrorBudget { get; init; } = "10%";

    /// <summary>Asked with GET between waves; anything but a 2xx pauses the run.</summary>
    public Uri? GateUrl { get; init; }

    /// <summary>How much of the time each of the tenants at once is worked on, above 0 and up to 1: less leaves the server room for requests. Absent: 1, or as a run that it joins says.</summary>
    [Range(0.01, 1)]
    public double? MaxLoad { get; init; }

    /// <summary>
    /// How long a tenant whose index is being built outside of a transaction is left alone by others after its worker has died, from a second to an hour.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many schemas to have ready for new tenants, 0 to 1000, so that making one is a matter of milliseconds.</summary>
    [Range(0, 1000)]
    public int PoolSize { get; init; }

    /// <summary>How long a database that is down is waited for before the worker gives up.</summary>
    public TimeSpan DatabaseWait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The password of the role that the API signs in as, which is then made, or given its rights, at the start; ASCII. Absent: the role, if there is one,
    /// is left as it is.
    /// </summary>
    public string? ApiDatabasePassword { get; init; }

    /// <summary>The password of the demo people; the demo tenants are made if it is set and the environment is Development.</summary>
    public string? DemoPassword { get; init; }
}
