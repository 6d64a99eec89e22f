using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;

namespace Todo.Api.Tags;

/// <summary>
/// What concerns tags and the todos that have them. Todos name their tags in their own row, so no foreign key looks after that: whoever puts a tag on
/// a todo holds the tag's row (KEY SHARE) until the todo is stored, and whoever takes a tag away waits for them (UPDATE) and then looks which todos
/// have it. So no todo keeps a tag that is gone.
/// </summary>
internal static class TagStatements
{
    /// <summary>Holds tags for a todo that is about to get them, until the transaction ends, and says which of them there are not.</summary>
    /// <exception cref="InvalidOperationException">There is no transaction to hold them in.</exception>
    public static async Task<IReadOnlyCollection<Guid>> HoldAsync(TenantDbContext tenant, IReadOnlyCollection<Guid> tags, CancellationToken cancellationToken)
    {
        if (tags.Count == 0)
        {
            return [];
        }

        if (tenant.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Tags are held in a transaction.");
        }

        Guid[] ids = [.. tags];
        var held = await tenant.Database.SqlQuery<Guid>($"""SELECT id AS "Value" FROM "<tenant>".tags WHERE id = ANY ({ids}) ORDER BY id FOR KEY SHARE""").ToListAsync(cancellationToken);
        return [.. ids.Except(held)];
    }

    /// <summary>Which of these are no tags of the tenant.</summary>
    public static async Task<IReadOnlyCollection<Guid>> FindUnknownAsync(TenantDbContext tenant, IReadOnlyCollection<Guid> tags, CancellationToken cancellationToken) =>
        tags.Count == 0 ? [] : [.. tags.Except(await tenant.Tags.Where(tag => tags.Contains(tag.Id)).Select(tag => tag.Id).ToListAsync(cancellationToken))];

    /// <summary>Deletes a tag that no todo has; from todos in the trash it goes too. False: there is none, not at a version that the caller accepts, or some todo has it.</summary>
    public static async Task<bool> DeleteUnusedAsync(TenantDbContext tenant, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".tags WHERE id = {id} FOR UPDATE;
        WITH done AS (DELETE FROM "<tenant>".tags WHERE id = {id} AND ({versions}::integer[] IS NULL OR version = ANY ({versions}::integer[])) AND NOT EXISTS (
            SELECT 1 FROM "<tenant>".todos AS todo WHERE cardinality(tag_ids) > 0 AND tag_ids @> ARRAY[{id}] AND deleted_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM "<tenant>".todo_lists AS list WHERE list.id = todo.list_id AND list.deleted_at IS NOT NULL)) RETURNING id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, subject_id) SELECT {now}, 'tag.deleted', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, id FROM done;
        WITH done AS (UPDATE "<tenant>".todos SET tag_ids = array_remove(tag_ids, {id}), version = version + 1
            WHERE cardinality(tag_ids) > 0 AND tag_ids @> ARRAY[{id}] AND NOT EXISTS (SELECT 1 FROM "<tenant>".tags WHERE id = {id}) RETURNING id, list_id, tag_ids)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)
        SELECT {now}, 'todo.changed', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id, jsonb_build_object('tagIds', jsonb_build_object('to', to_jsonb(tag_ids))) FROM done
        """,
        cancellationToken) > 0;

    /// <summary>Gives all todos that have a tag another one in its place, once, and deletes the tag. False: there are not both, or not at a version that the caller accepts.</summary>
    public static async Task<bool> MergeAsync(TenantDbContext tenant, Guid id, Guid into, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".tags WHERE id IN ({id}, {into}) ORDER BY id FOR UPDATE;
        WITH done AS (UPDATE "<tenant>".todos SET updated_at = {now}, version = version + 1,
            tag_ids = CASE WHEN tag_ids @> ARRAY[{into}] THEN array_remove(tag_ids, {id}) ELSE array_replace(tag_ids, {id}, {into}) END
        WHERE cardinality(tag_ids) > 0 AND tag_ids @> ARRAY[{id}] AND EXISTS (SELECT 1 FROM "<tenant>".tags WHERE id = {into})
            AND EXISTS (SELECT 1 FROM "<tenant>".tags WHERE id = {id} AND ({versions}::integer[] IS NULL OR version = ANY ({versions}::integer[]))) RETURNING id, list_id, tag_ids)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)
        SELECT {now}, 'todo.changed', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id, jsonb_build_object('tagIds', jsonb_build_object('to', to_jsonb(tag_ids))) FROM done;
        WITH done AS (DELETE FROM "<tenant>".tags WHERE id = {id} AND ({versions}::integer[] IS NULL OR version = ANY ({versions}::integer[]))
            AND EXISTS (SELECT 1 FROM "<tenant>".tags WHERE id = {into}) RETURNING id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, subject_id, changes)
        SELECT {now}, 'tag.merged', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, id, jsonb_build_object('intoId', jsonb_build_object('to', {into})) FROM done
        """,
        cancellationToken) > 0;
}
