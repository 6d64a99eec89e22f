using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Lists;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>The order of the todos of a list. It is one for all of the list's, so parts of the same thing stand in it too, with others between them.</summary>
internal static class TodoOrder
{
    /// <summary>The key of a todo that is put somewhere in the list that it is in, or will be.</summary>
    /// <exception cref="RefusedException">400: what it is to stand beside is no part of the same in that list.</exception>
    public static async Task<string> PlaceAsync(TenantDbContext tenant, TodoItem todo, Placement position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (position.Anchor == todo.Id)
        {
            throw RefusedException.Invalid("A todo can't stand beside itself.");
        }

        for (var isSpread = false; ; isSpread = true)
        {
            var gap = await FindGapAsync(tenant, todo, position, cancellationToken) ?? throw RefusedException.Invalid("position names no todo that is a part of the same in this list.");
            if (OrderKey.Place(gap.Lower, gap.Upper, now) is { } key)
            {
                return key;
            }

            if (isSpread)
            {
                throw RefusedException.Conflict("Others move the todos there all the time. Try again.");
            }

            await SpreadAsync(tenant, todo.ListId, cancellationToken);
        }
    }

    private static async Task<Gap?> FindGapAsync(TenantDbContext tenant, TodoItem todo, Placement position, CancellationToken cancellationToken)
    {
        var (id, list, parent) = (todo.Id, todo.ListId, todo.ParentId);
        var others = tenant.Todos.Where(other => other.ListId == list && other.Id != id);
        if (position.Anchor is not { } anchor)
        {
            var ends = position.IsAfter
                ? others.OrderBy(other => other.Position).ThenBy(other => other.Id).Select(other => new Gap(null, other.Position))
                : others.OrderByDescending(other => other.Position).ThenByDescending(other => other.Id).Select(other => new Gap(other.Position, null));
            return await ends.FirstOrDefaultAsync(cancellationToken) ?? new Gap(null, null);
        }

        var anchors = others.Where(other => other.Id == anchor && other.ParentId == parent && other.DeletedAt == null);
        return position.IsAfter
            ? await anchors.Select(one => new Gap(one.Position, others
                .Where(other => EF.Functions.GreaterThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(one.Position, one.Id)))
                .OrderBy(other => other.Position).ThenBy(other => other.Id).Select(other => other.Position).FirstOrDefault())).SingleOrDefaultAsync(cancellationToken)
            : await anchors.Select(one => new Gap(others
                .Where(other => EF.Functions.LessThan(ValueTuple.Create(other.Position, other.Id), ValueTuple.Create(one.Position, one.Id)))
                .OrderByDescending(other => other.Position).ThenByDescending(other => other.Id).Select(other => other.Position).FirstOrDefault(), one.Position)).SingleOrDefaultAsync(cancellationToken);
    }

    // As for lists. In a list whoever else spreads, or moves parts about, waits.
    private static async Task SpreadAsync(TenantDbContext tenant, Guid? list, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".todo_lists WHERE id = {list}::uuid FOR NO KEY UPDATE;
        UPDATE "<tenant>".todos AS todo SET position = 'M' || lpad(to_hex(placed.n), 8, '0') || 'V', version = version + 1
        FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM "<tenant>".todos WHERE list_id IS NOT DISTINCT FROM {list}::uuid) AS placed WHERE placed.id = todo.id
        """,
        cancellationToken);
}
