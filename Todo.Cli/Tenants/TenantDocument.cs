using Todo.Data;
using Todo.Tenancy.Catalog;

namespace Todo.Cli.Tenants;

/// <summary>A tenant as it is printed.</summary>
internal sealed record TenantDocument(
    Guid Id, string Slug, string Name, string? Host, string Schema, TenantStatus Status, string? SchemaVersion, string? SchemaPending, bool IsCurrent, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static TenantDocument Of(Tenant tenant) => new(
        tenant.Id,
        tenant.Slug,
        tenant.Name,
        tenant.Host,
        tenant.Schema,
        tenant.Status,
        tenant.SchemaVersion,
        tenant.SchemaPending,
        tenant.SchemaVersion == MigrationLines.Tenant.Head.Id && tenant.SchemaPending is null,
        tenant.CreatedAt,
        tenant.UpdatedAt);

    /// <summary>All of it, for people.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"Tenant:    {Slug} ({Name})";
        yield return $"Id:        {Id}";
        yield return $"Status:    {EnumText.Of(Status)}";
        yield return $"Schema:    {Schema}";
        yield return $"Migration: {Output.Version(SchemaVersion)}{(IsCurrent ? ", the newest" : "")}{(SchemaPending is { } pending ? $"; {pending} is half done" : "")}";
        if (Host is not null)
        {
            yield return $"Host:      {Host}";
        }

        yield return $"Created:   {CreatedAt:u}";
        yield return $"Updated:   {UpdatedAt:u}";
    }
}
