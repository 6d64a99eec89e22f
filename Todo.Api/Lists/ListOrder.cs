using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>The order of the tenant's lists, in which everybody sees those they may.</summary>
internal static class ListOrder
{
    /// <summary>The key of a list that is put somewhere.</summary>
    /// <exception cref="RefusedException">400: the one beside which it is to stand is none that the person may see.</exception>
    public static Task<string> PlaceAsync(TenantDbContext tenant, Guid me, Guid id, Placement position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // All lists count, also those that this person doesn't see: the order is everybody's.
        var others = tenant.Lists.Where(list => list.Id != id);
        return new Placing<TodoList>("list", "position names no list.", others, ListAccess.Lists(tenant, me, ListRight.Read), () => SpreadAsync(tenant, now, cancellationToken))
            .PlaceAsync(id, position, now, cancellationToken);
    }

    // Nobody else moves one meanwhile.
    private static async Task SpreadAsync(TenantDbContext tenant, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await tenant.Database.ExecuteSqlAsync($"""LOCK TABLE "<tenant>".todo_lists IN SHARE ROW EXCLUSIVE MODE""", cancellationToken);
        await tenant.Database.ExecuteSqlAsync(
            $"""
            UPDATE "<tenant>".todo_lists AS list SET position = 'M' || lpad(to_hex(placed.n), 8, '0') || 'V', version = version + 1
            FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM "<tenant>".todo_lists) AS placed WHERE placed.id = list.id;
            INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id) VALUES ({now}, 'lists.respaced', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid)
            """,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
