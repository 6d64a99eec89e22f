using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>
/// The order in which a tenant's events are told. Ids are taken before the commit, so whoever remembers the highest one loses what commits late. Here an
/// event that is committed gets its position, from one after the other who hold the tenant's one row for that: what has a higher position was seen later,
/// and nothing ever comes in below a position that somebody has read.
/// <para>
/// Of a list that is gone for good nobody can be asked who sees it. The event that says so knows who did, and what happened there before is still theirs:
/// it may be told later than that.
/// </para>
/// </summary>
public static class EventOrder
{
    private const int AtOnce = 1_000;

    private static readonly string Access =
        """
        SELECT person.id AS "PersonId", wanted.id AS "ListId" FROM unnest({0}) AS person (id) CROSS JOIN unnest({1}) AS wanted (id) WHERE wanted.id IN (
        """ + ListAccess.KnownSql.Replace("{0}", "person.id", StringComparison.Ordinal) +
        """
        ) OR EXISTS (SELECT 1 FROM "<tenant>".events AS purged WHERE purged.kind = 'list.purged' AND purged.list_id = wanted.id AND person.id = ANY (purged.audience))
        """;

    /// <summary>Gives positions to whatever is committed and has none. Who only reads todos has no part in it: it costs those who listen.</summary>
    public static async Task PlaceAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);

        // The second statement sees what was committed until the first had the row, and not what it was while it waited for it.
        while (await tenant.Events.AnyAsync(one => one.Position == null, cancellationToken))
        {
            await tenant.Database.ExecuteSqlAsync(
                $"""
                SELECT 1 FROM "<tenant>".event_heads WHERE id = {EventHead.Only} FOR UPDATE;
                WITH fresh AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (SELECT id FROM "<tenant>".events WHERE position IS NULL ORDER BY id LIMIT {AtOnce}) AS next),
                    placed AS (
                        UPDATE "<tenant>".events AS event SET position = head.position + fresh.n FROM fresh, "<tenant>".event_heads AS head
                        WHERE event.id = fresh.id AND head.id = {EventHead.Only} RETURNING event.position)
                UPDATE "<tenant>".event_heads SET position = last.position FROM (SELECT max(position) AS position FROM placed) AS last
                WHERE id = {EventHead.Only} AND last.position IS NOT NULL
                """,
                cancellationToken);
        }
    }

    /// <summary>The last position that was given.</summary>
    internal static Task<long> HeadAsync(TenantDbContext tenant, CancellationToken cancellationToken) =>
        tenant.EventHeads.Where(head => head.Id == EventHead.Only).Select(head => head.Position).SingleAsync(cancellationToken);

    /// <summary>The first position that is still there; null: none is.</summary>
    internal static Task<long?> FirstAsync(TenantDbContext tenant, CancellationToken cancellationToken) => tenant.Events.MinAsync(one => one.Position, cancellationToken);

    /// <summary>What comes after a position, whoever may know of it.</summary>
    public static Task<List<TenantEvent>> AfterAsync(TenantDbContext tenant, long position, int count, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tenant);
        return tenant.Events.Where(one => one.Position > position).OrderBy(one => one.Position).Take(count).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Of what comes after a position and not after another one, what somebody may know of.</summary>
    internal static Task<List<TenantEvent>> VisibleAsync(TenantDbContext tenant, Guid me, long after, long through, int count, CancellationToken cancellationToken)
    {
        var lists = ListAccess.AlsoDeleted(tenant, me, ListRight.Read);
        var purged = tenant.Events.Where(one => one.Kind == EventKind.ListPurged && one.Audience!.Contains(me));
        return tenant.Events
            .Where(one => one.Position > after && one.Position <= through)
            .Where(one => one.ListId == null || one.Audience!.Contains(me) || lists.Any(list => list.Id == one.ListId) || purged.Any(gone => gone.ListId == one.ListId))
            .OrderBy(one => one.Position).Take(count).AsNoTracking().ToListAsync(cancellationToken);
    }

    /// <summary>Deletes what happened before a time, oldest first and by the primary key, so that no index is kept for this alone.</summary>
    internal static async Task ForgetAsync(TenantDbContext tenant, DateTimeOffset before, CancellationToken cancellationToken)
    {
        while (await tenant.Database.ExecuteSqlAsync(
            $"""
            DELETE FROM "<tenant>".events WHERE at < {before} AND id IN (SELECT id FROM "<tenant>".events ORDER BY id LIMIT {AtOnce})
            """,
            cancellationToken) == AtOnce)
        {
        }
    }

    /// <summary>Of some people and lists, who sees which, also if it is in the trash, or saw it until it was gone for good.</summary>
    internal static async Task<IEnumerable<(Guid Person, Guid List)>> AccessAsync(TenantDbContext tenant, Guid[] people, Guid[] lists, CancellationToken cancellationToken) =>
        people.Length == 0 || lists.Length == 0
            ? []
            : (await tenant.Database.SqlQuery<Sees>(FormattableStringFactory.Create(Access, people, lists)).ToListAsync(cancellationToken)).Select(one => (one.PersonId, one.ListId));

    private sealed record Sees(Guid PersonId, Guid ListId);
}
