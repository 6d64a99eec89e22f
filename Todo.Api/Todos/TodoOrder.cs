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
    public static Task<string> PlaceAsync(TenantDbContext tenant, TodoItem todo, Placement position, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (id, list, parent) = (todo.Id, todo.ListId, todo.ParentId);
        var others = tenant.Todos.Where(other => other.ListId == list && other.Id != id);
        var anchors = others.Where(other => other.ParentId == parent && other.DeletedAt == null);
        return new Placing<TodoItem>("todo", "position names no todo that is a part of the same in this list.", others, anchors, () => SpreadAsync(tenant, list, now, cancellationToken))
            .PlaceAsync(id, position, now, cancellationToken);
    }

    // In a list whoever else spreads, or moves parts about, waits.
    private static async Task SpreadAsync(TenantDbContext tenant, Guid? list, DateTimeOffset now, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".todo_lists WHERE id = {list}::uuid FOR NO KEY UPDATE;
        UPDATE "<tenant>".todos AS todo SET position = 'M' || lpad(to_hex(placed.n), 8, '0') || 'V', version = version + 1
        FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS n FROM "<tenant>".todos WHERE list_id IS NOT DISTINCT FROM {list}::uuid) AS placed WHERE placed.id = todo.id;
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id) VALUES ({now}, 'todos.respaced', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, {list}::uuid)
        """,
        cancellationToken);
}
