using Npgsql;

namespace Todo.Tenancy.Migrations;

/// <summary>A tenant's migration failed on the server and was rolled back: the schema is as it was.</summary>
public sealed class TenantMigrationException(string? migration, PostgresException inner) : Exception(inner.MessageText, inner)
{
    /// <summary>The migration whose statement failed; null if it was a statement around the migrations, such as the guard.</summary>
    public string? Migration { get; } = migration;

    /// <summary>The statement that failed, if the server named one.</summary>
    public string? Statement { get; } = inner.BatchCommand?.CommandText;

    /// <summary>PostgreSQL's error code (appendix A of its manual).</summary>
    public string SqlState { get; } = inner.SqlState;

    /// <summary>What the server said, without position and detail.</summary>
    public string Reason { get; } = inner.MessageText;

    /// <summary>Whether it may well work in a moment: somebody else has the tenant or has just moved it, a lock was not to be had, the server restarts.</summary>
    public bool IsPassing => inner.IsTransient || SqlState is TenantMigrator.VersionMovedState or PostgresErrorCodes.LockNotAvailable;
}
