namespace Todo.Tenancy.Catalog;

/// <summary>
/// The advisory lock that whoever migrates or changes a tenant holds, as SQL. It is tried and never waited for: a queue of waiters over the
/// fleet would deadlock with indexes that are built concurrently. The functions of the catalog's migrations spell the key in the same way.
/// </summary>
internal static class TenantLock
{
    /// <summary>Takes it until the transaction ends; an expression over <c>tenants.id</c>.</summary>
    public const string TryOfRow = $"pg_try_advisory_xact_lock({KeyOfRow})";

    /// <summary>Takes it until the transaction ends; <c>$1</c> is the tenant's id.</summary>
    public const string Try = $"SELECT pg_try_advisory_xact_lock({Key})";

    /// <summary>Takes it for the session, until <see cref="Release"/>; <c>$1</c> is the tenant's id.</summary>
    public const string TryForSession = $"SELECT pg_try_advisory_lock({Key})";

    /// <summary>Ends <see cref="TryForSession"/>.</summary>
    public const string Release = $"SELECT pg_advisory_unlock({Key})";

    private const string Key = "hashtextextended($1::text, 0)";
    private const string KeyOfRow = "hashtextextended(id::text, 0)";
}
