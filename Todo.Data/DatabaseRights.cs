using Todo.Tenancy.Migrations;

namespace Todo.Data;

/// <summary>What the API's role in the database may not change, although it works with rows otherwise (decision 8).</summary>
public static class DatabaseRights
{
    /// <summary>Tables of the catalog that only the owner writes: which tenants there are and where they stand is not for requests of tenants to say.</summary>
    public static readonly IReadOnlyList<string> ReadOnly = [MigrationLine.HistoryTable, "fleet", "migration_run_tenants", "migration_runs", "tenants"];

    /// <summary>Tables of every tenant in which nothing is changed after it was written. Sign-ins are not among them: they go with their person.</summary>
    public static readonly IReadOnlyList<string> AppendOnly = ["audit_entries"];
}
