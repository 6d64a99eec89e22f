using Npgsql;

namespace Todo.Tenancy.Provisioning;

/// <summary>A tenant with this slug exists already. Nothing was changed.</summary>
public sealed class TenantExistsException(string slug, Exception inner)
    : Exception($"There is a tenant '{slug}' already.", inner)
{
    /// <summary>The slug that is taken.</summary>
    public string Slug { get; } = slug;

    internal static bool IsCauseOf(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "tenants_slug_key" };
}
