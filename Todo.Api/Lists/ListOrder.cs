using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>The order of the tenant's lists, in which everybody sees those they may.</summary>
internal static class ListOrder
{
    /// <summary>The key of a list that is put somewhere.</summary>
    /// <exception cref="RefusedException">400: the one beside which it is to stand is none that the person may see.</exception>
    public static async Task<string> PlaceAsync(TenantDbContext tenant, Guid me, Guid id, Placement position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (position.Anchor == id)
        {
            throw RefusedException.Invalid("A list can't stand beside itself.");
        }

        for (var isSpread = false; ; isSpread = true)
        {
            var gap = await FindGapAsync(tenant, me, id, position, cancellationToken) ?? throw RefusedException.Invalid("position names no list.");
            if (OrderKey.Place(gap.Lower, gap.Upper, now) is { } key)
            {
                return key;
            }

            if (isSpread)
            {
                throw RefusedException.Conflict("Others move the lists there all the time. Try again.");
            }

            await SpreadAsync(tenant, cancellationToken);
        }
    }

    // All lists count, also those that this person doesn't see: the order is everybody's.
    private static Task<Gap?> FindGapAsync(TenantDbContext tenant, Guid me, Guid id, Placement position, CancellationToken cancellationToken)
    {
        var others = tenant.Lists.Where(list => list.Id != id);
        if (position.Anchor is not { } anchor)
        {
            var ends = position.IsAfter
                ? others.OrderBy(list => list.Position).ThenBy(list => list.Id).Select(list => new Gap(null, list.Position))
                : others.OrderByDescending(list => list.Position).ThenByDescending(list => list.Id).Select(list => new Gap(list.Position, null));
            return FirstOrNoneAsync(ends, cancellationToken);
        }

        var anchors = ListAccess.Lists(tenant, me, ListRight.Read).Where(list => list.Id == anchor);
        return position.IsAfter
            ? anchors.Select(list => new Gap(list.Position, others
                .Where(other => EF.Functions.GreaterThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(list.Position, list.Id)))
                .OrderBy(other => other.Position).ThenBy(other => other.Id).Select(other => other.Position).FirstOrDefault())).SingleOrDefaultAsync(cancellationToken)
            : anchors.Select(list => new Gap(others
                .Where(other => EF.Functions.LessThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(list.Position, list.Id)))
                .OrderByDescending(other => other.Position).ThenByDescending(other => other.Id).Select(other => other.Position).FirstOrDefault(), list.Position)).SingleOrDefaultAsync(cancellationToken);
    }

    private static async Task<Gap?> FirstOrNoneAsync(IQueryable<Gap> ends, CancellationToken cancellationToken) => await ends.FirstOrDefaultAsync(cancellationToken) ?? new Gap(null, null);

    // Those from before there was an order, two that were put into one gap at once, or far too many in one gap: all get new keys, in the order they
    // are in. Nobody else moves one meanwhile.
    private static async Task SpreadAsync(TenantDbContext tenant, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await tenant.Database.ExecuteSqlAsync($"""LOCK TABLE "<tenant>".todo_lists IN SHARE ROW EXCLUSIVE MODE""", cancellationToken);
        await tenant.Database.ExecuteSqlAsync(
            $"""
            UPDATE "<tenant>".todo_lists AS list SET position = 'M' || lpad(to_hex(placed.n), 8, '0') || 'V', version = version + 1
            FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM "<tenant>".todo_lists) AS placed WHERE placed.id = list.id
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
