using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Fleet;

/// <summary>A <see cref="TenantSelection"/> as SQL over <c>public.tenants t</c>.</summary>
internal static class TenantChoice
{
    /// <summary>Who meets the conditions; takes <c>$1</c> to <c>$3</c>, which <see cref="AddTo"/> adds.</summary>
    public const string Condition =
        "t.status = ANY ($1) AND ($2::text[] IS NULL OR t.slug = ANY ($2)) AND ($3::text IS NULL OR t.schema_version = $3)";

    /// <summary>What to sort by; takes <c>$2</c>.</summary>
    public static string OrderBy(TenantOrder order) => order switch
    {
        TenantOrder.Created => "t.id",
        TenantOrder.Name => "t.slug",
        TenantOrder.Size => "coalesce((SELECT sum(c.relpages) FROM pg_class c WHERE c.relnamespace = to_regnamespace(t.schema)), 0), t.id",
        _ => "array_position($2::text[], t.slug)",
    };

    /// <summary>Adds the parameters of the condition.</summary>
    /// <param name="parameters">Empty so far.</param>
    /// <param name="selection">Whom it chooses.</param>
    /// <param name="possible">The statuses that it chooses among, if it names none.</param>
    public static void AddTo(NpgsqlParameterCollection parameters, TenantSelection selection, IReadOnlyList<TenantStatus> possible)
    {
        parameters.Add(BatchStatements.TextArray([.. (selection.Statuses ?? possible).Select(EnumText.Of)]));
        parameters.Add(BatchStatements.TextArray(selection.Slugs?.ToArray()));
        parameters.Add(BatchStatements.Text(selection.Version));
    }
}
