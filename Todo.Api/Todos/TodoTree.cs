using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>
/// Todos as parts of others. Whoever makes something a part of something else, or takes it and its parts elsewhere, holds the rows of the lists
/// concerned, so no two of them can close a circle, part company with their list, or go deeper than allowed between them. What only makes, changes
/// or completes todos waits for none of this.
/// </summary>
internal static class TodoTree
{
    /// <summary>Holds lists, in one order for everybody, until the transaction ends.</summary>
    public static Task LockAsync(TenantDbContext tenant, IEnumerable<Guid> lists, CancellationToken cancellationToken)
    {
        if (tenant.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("The lock on lists needs a transaction to be held in.");
        }

        // NO KEY UPDATE: new todos, whose foreign keys take KEY SHARE, don't wait.
        Guid[] ids = [.. lists];
        return tenant.Database.ExecuteSqlAsync($"""SELECT 1 FROM "<tenant>".todo_lists WHERE id = ANY ({ids}) ORDER BY id FOR NO KEY UPDATE""", cancellationToken);
    }

    /// <summary>Checks that something may become a part of something else. The list is held.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="parent">What it is to be a part of.</param>
    /// <param name="list">The list that both are in, or will be.</param>
    /// <param name="part">What is to be a part; with its own parts.</param>
    /// <param name="height">How many levels <paramref name="part"/> is, itself included.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    /// <exception cref="RefusedException">409: it can't.</exception>
    public static async Task RequirePlaceAsync(TenantDbContext tenant, Guid parent, Guid list, Guid part, int height, CancellationToken cancellationToken)
    {
        var ancestors = await tenant.Database.SqlQuery<Guid>(
            $"""
            WITH RECURSIVE up AS (
                SELECT id, parent_id FROM "<tenant>".todos WHERE id = {parent} AND list_id = {list} AND deleted_at IS NULL
                UNION SELECT whole.id, whole.parent_id FROM "<tenant>".todos AS whole JOIN up ON whole.id = up.parent_id)
            SELECT id AS "Value" FROM up
            """).ToListAsync(cancellationToken);
        if (ancestors.Count == 0)
        {
            throw RefusedException.Conflict("What it was to be a part of is in this list no more. Read it again.");
        }

        if (ancestors.Contains(part))
        {
            throw RefusedException.Conflict("A todo can't be a part of itself, or of one of its parts.");
        }

        if (ancestors.Count + height > TodoItem.MaxDepth)
        {
            throw RefusedException.Conflict($"Todos are nested {TodoItem.MaxDepth} levels deep at most.");
        }
    }

    /// <summary>How many levels a todo is with its parts, itself included.</summary>
    public static async Task<int> HeightAsync(TenantDbContext tenant, Guid todo, CancellationToken cancellationToken) => await tenant.Database.SqlQuery<int>(
        $"""
        WITH RECURSIVE down AS (
            SELECT id, 1 AS level FROM "<tenant>".todos WHERE id = {todo}
            UNION ALL SELECT part.id, down.level + 1 FROM "<tenant>".todos AS part JOIN down ON part.parent_id = down.id)
        SELECT max(level) AS "Value" FROM down
        """).SingleAsync(cancellationToken);

    /// <summary>Takes all parts of a todo, also those in the trash, to another list. Both lists are held.</summary>
    public static Task MovePartsAsync(TenantDbContext tenant, Guid todo, Guid? from, Guid list, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH RECURSIVE down AS (
            SELECT id FROM "<tenant>".todos WHERE parent_id = {todo}
            UNION SELECT part.id FROM "<tenant>".todos AS part JOIN down ON part.parent_id = down.id),
        done AS (UPDATE "<tenant>".todos AS part SET list_id = {list}, updated_at = {now}, version = version + 1 FROM down WHERE down.id = part.id RETURNING part.id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)
        SELECT {now}, one.kind, {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, one.list_id, done.id, jsonb_build_object('listId', jsonb_build_object('from', {from}::uuid, 'to', {list}))
        FROM done CROSS JOIN (VALUES ('todo.moved', {list}), ('todo.left', {from}::uuid)) AS one (kind, list_id)
        """,
        cancellationToken);

    /// <summary>A todo and its parts, what contains before what is contained; without what is deleted, and no more than asked for.</summary>
    public static Task<List<TodoItem>> ReadAsync(TenantDbContext tenant, Guid todo, int most, CancellationToken cancellationToken) => tenant.Todos.FromSql(
        $"""
        WITH RECURSIVE down AS (
            SELECT id, 1 AS level FROM "<tenant>".todos WHERE id = {todo} AND deleted_at IS NULL
            UNION ALL SELECT part.id, down.level + 1 FROM "<tenant>".todos AS part JOIN down ON part.parent_id = down.id WHERE part.deleted_at IS NULL)
        SELECT todo.* FROM "<tenant>".todos AS todo JOIN down ON down.id = todo.id ORDER BY down.level, todo.position, todo.id LIMIT {most}
        """).AsNoTracking().ToListAsync(cancellationToken);
}
