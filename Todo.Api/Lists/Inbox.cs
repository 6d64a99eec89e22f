using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>Everybody's own list for what is written down without naming one. It has its owner's id, so two who make it at once make one.</summary>
internal static class Inbox
{
    private const string Name = "Inbox";

    /// <summary>Makes it, unless it is there.</summary>
    public static Task EnsureAsync(TenantDbContext tenant, Guid owner, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH made AS (
            INSERT INTO "<tenant>".todo_lists (id, name, owner_id, visibility, is_inbox, position, created_at)
            VALUES ({owner}, {Name}, {owner}, 'private', true, {OrderKey.AtStart(now)}, {now}) ON CONFLICT (id) DO NOTHING RETURNING id, name)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, changes)
        SELECT {now}, 'list.created', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, id, jsonb_build_object('name', jsonb_build_object('to', name)) FROM made
        """,
        cancellationToken);

    /// <summary>Makes a list like any other out of the inbox of somebody who is deleted for good, and hands it and all of the person's lists to somebody else.</summary>
    public static Task<int> HandOverAsync(TenantDbContext tenant, Guid owner, Guid heir, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH done AS (UPDATE "<tenant>".todo_lists SET owner_id = {heir}, version = version + 1, is_inbox = false,
            name = CASE WHEN is_inbox THEN left(name || ' of ' || (SELECT name FROM "<tenant>".users WHERE id = {owner}), {TodoList.MaxNameLength}) ELSE name END
        WHERE owner_id = {owner} RETURNING id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, changes)
        SELECT {now}, 'list.changed', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, id, jsonb_build_object('ownerId', jsonb_build_object('from', {owner}, 'to', {heir})) FROM done
        """,
        cancellationToken);
}
