using System.ComponentModel.DataAnnotations;

namespace Todo.MigrationWorker;

/// <summary>The configuration section <c>Migration</c>.</summary>
internal sealed class MigrationOptions
{
    public const string Section = "Migration";

    /// <summary>Tenants migrated at once, 1 to 64. More than twice the database server's cores gains nothing.</summary>
    [Range(1, 64)]
    public int Parallelism { get; init; } = 4;

    /// <summary>How long a database that is down is waited for before the worker gives up.</summary>
    public TimeSpan DatabaseWait { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The password of the demo people; the demo tenants are made if it is set and the environment is Development.</summary>
    public string? DemoPassword { get; init; }
}
