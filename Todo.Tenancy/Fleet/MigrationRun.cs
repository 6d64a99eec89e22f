using System.Text.Json.Serialization;

namespace Todo.Tenancy.Fleet;

/// <summary>What a run does. Lower-case text in <c>migration_runs.kind</c> and in JSON.</summary>
public enum RunKind
{
    /// <summary>Brings tenants up to a newer version.</summary>
    [JsonStringEnumMemberName("apply")]
    Apply,

    /// <summary>Brings tenants back down.</summary>
    [JsonStringEnumMemberName("rollback")]
    Rollback,
}

/// <summary>Where a run is. Snake-case text in <c>migration_runs.state</c> and in JSON.</summary>
public enum RunState
{
    /// <summary>Written down, not started.</summary>
    [JsonStringEnumMemberName("planned")]
    Planned,

    /// <summary>Workers may take its tenants; perhaps none is there at the moment.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>Nobody takes its tenants until it is resumed; <see cref="MigrationRun.Reason"/> says why.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>Every tenant is where the run wanted it.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>All was tried, and some tenants failed. Resuming it tries those again.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Ended by a person, or replaced by a newer run. What was done stays done.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>Every tenant that it changed was brought back by a later run.</summary>
    [JsonStringEnumMemberName("rolled_back")]
    RolledBack,
}

/// <summary>Where one tenant of a run is. Snake-case text in <c>migration_run_tenants.state</c> and in JSON.</summary>
public enum RunTenantState
{
    /// <summary>Not done yet.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Its locks were not to be had several times; tried once more after all others.</summary>
    [JsonStringEnumMemberName("deferred")]
    Deferred,

    /// <summary>Moved by this run.</summary>
    [JsonStringEnumMemberName("applied")]
    Applied,

    /// <summary>Left exactly as it was, with the error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Nothing to do when its turn came: somebody else had moved it, or it was deleted.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>Moved by this run, and brought back by a later one.</summary>
    [JsonStringEnumMemberName("rolled_back")]
    RolledBack,
}

/// <summary>A run over the fleet: a durable object that outlives every process that works on it.</summary>
public sealed class MigrationRun
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Up or down.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>Where it is.</summary>
    public required RunState State { get; init; }

    /// <summary>The target as it was asked for: a migration's id, <c>-1</c>, <c>run …</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Who works on it: <c>worker</c>, <c>cli</c> or <c>api</c>.</summary>
    public required string Executor { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string StartedBy { get; init; }

    /// <summary>The run whose changes this one undoes.</summary>
    public Guid? RollsBack { get; init; }

    /// <summary>SHA-256 over the SQL of all its ways: a build that would do something else must not go on with it.</summary>
    public required string Checksum { get; init; }

    /// <summary>How many waves it has, at least 1.</summary>
    public required int WaveCount { get; init; }

    /// <summary>The wave that tenants are taken from, 0 to <see cref="WaveCount"/> − 1.</summary>
    public required int CurrentWave { get; init; }

    /// <summary>How many tenants may fail before it pauses; null: any number. While the first of several waves runs, none may.</summary>
    public int? ErrorBudget { get; init; }

    /// <summary>Asked between waves; anything but a 2xx pauses the run.</summary>
    public string? GateUrl { get; init; }

    /// <summary>Tenants at once that were asked for, 1 to 64: whoever goes on with it keeps to it, unless told otherwise. Null: nothing was said.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How much of the time each of them works, above 0 and up to 1, likewise.</summary>
    public double? MaxLoad { get; init; }

    /// <summary>What new tenants get from its end on; null: as before.</summary>
    public string? NewTenantVersion { get; init; }

    /// <summary>What new tenants got before it ended.</summary>
    public string? PreviousNewTenantVersion { get; init; }

    /// <summary>Why it is paused or was cancelled.</summary>
    public string? Reason { get; init; }

    /// <summary>How the reason begins when a person has paused the run, and not the run itself.</summary>
    public const string PausedByPerson = "paused by ";

    /// <summary>Whether a person has paused it, so that only a person resumes it.</summary>
    public bool IsPausedByPerson => State == RunState.Paused && Reason?.StartsWith(PausedByPerson, StringComparison.Ordinal) == true;

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null until it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>UTC; null until it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What a run has to do, or did, to one tenant.</summary>
public sealed class MigrationRunTenant
{
    /// <summary>The run.</summary>
    public required Guid RunId { get; init; }

    /// <summary>The tenant, which may be purged by now.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>Its slug when the run was planned.</summary>
    public required string Slug { get; init; }

    /// <summary>The order within the run, from 0.</summary>
    public required int Position { get; init; }

    /// <summary>The wave, from 0.</summary>
    public required int Wave { get; init; }

    /// <summary>Where it is.</summary>
    public required RunTenantState State { get; init; }

    /// <summary>The version it has before; null: an empty schema.</summary>
    public string? FromVersion { get; init; }

    /// <summary>The version it is to have.</summary>
    public string? ToVersion { get; init; }

    /// <summary>How often it was tried.</summary>
    public required int Attempts { get; init; }

    /// <summary>UTC; it is left alone until then.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>UTC; when the successful attempt began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>UTC.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The migration that failed.</summary>
    public string? ErrorMigration { get; init; }

    /// <summary>PostgreSQL's error code (appendix A of its manual).</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What the server said; no values of the tenant's data.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The statement that failed.</summary>
    public string? ErrorStatement { get; init; }
}

/// <summary>What holds for the whole fleet: one row.</summary>
public sealed class FleetSettings
{
    /// <summary>Always true.</summary>
    public bool Id { get; init; } = true;

    /// <summary>The version that new tenants get; null: the newest of the build that makes them.</summary>
    public string? NewTenantVersion { get; init; }
}
