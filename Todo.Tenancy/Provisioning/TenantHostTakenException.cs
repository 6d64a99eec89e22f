using Npgsql;

namespace Todo.Tenancy.Provisioning;

/// <summary>Another tenant, perhaps a deleted one, has this host. Nothing was changed.</summary>
public sealed class TenantHostTakenException(string host, Exception inner)
    : Exception($"The host '{host}' is another tenant's. Take it from that one first.", inner)
{
    internal static bool IsCauseOf(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "tenants_host_key" };
}
