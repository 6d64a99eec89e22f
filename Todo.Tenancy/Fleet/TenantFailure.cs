using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>Why one tenant is not where the run wants it. Its schema is at the version that it had, or between two steps of its way.</summary>
/// <param name="Tenant">The tenant's slug.</param>
/// <param name="Migration">The migration that failed, or null if it failed outside of one.</param>
/// <param name="SqlState">PostgreSQL's error code (appendix A of its manual), or null if the server was not asked.</param>
/// <param name="Message">What the server or the engine said; no values of the tenant's data.</param>
/// <param name="Statement">The statement that failed, if known.</param>
public sealed record TenantFailure(string Tenant, string? Migration, string? SqlState, string Message, string? Statement)
{
    /// <summary>What a batch's error says, for the statements of one way.</summary>
    internal static TenantFailure Of(string tenant, PostgresException exception, NpgsqlBatch batch, int firstStatement, IReadOnlyList<PathStatement> statements)
    {
        var index = exception.BatchCommand is { } failed ? batch.BatchCommands.IndexOf(failed) - firstStatement : -1;
        var statement = index >= 0 && index < statements.Count ? statements[index] : null;
        return new TenantFailure(tenant, statement?.Migration, exception.SqlState, exception.MessageText, statement?.Sql);
    }

    /// <summary>The failure as a run has recorded it.</summary>
    public static TenantFailure Of(MigrationRunTenant tenant)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return new TenantFailure(tenant.Slug, tenant.ErrorMigration, tenant.ErrorCode, tenant.ErrorMessage ?? "", tenant.ErrorStatement);
    }
}
