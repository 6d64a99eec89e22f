using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Notifications;
using Todo.Api.Paging;
using Todo.Data.Tenants;

namespace Todo.Api.Lists;

/// <summary>What is done to lists in one statement, which also writes the event that tells of it.</summary>
internal static class ListStatements
{
    // Once a list or a share is gone, nobody can be asked who saw it: the event says so itself.
    private static readonly string Readers =
        """
        ARRAY(SELECT person.id FROM "<tenant>".users AS person WHERE person.deleted_at IS NULL AND done.id IN (
        """ + ListAccess.KnownSql.Replace("{0}", "person.id", StringComparison.Ordinal) + "))";

    private static readonly string Share = """SELECT 1 FROM "<tenant>".todo_lists WHERE id = {1} FOR NO KEY UPDATE; """ + NotificationStatements.SharedSql +
        """
        ; WITH done AS (
            INSERT INTO "<tenant>".list_shares (list_id, subject_id, user_id, group_id, access) VALUES ({1}, {2}, {5}::uuid, {6}::uuid, {7})
            ON CONFLICT (list_id, subject_id) DO UPDATE SET access = excluded.access RETURNING list_id, subject_id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, subject_id, changes)
        SELECT {4}, 'list.shared', {8}, {9}::uuid, list_id, subject_id, jsonb_build_object('access', jsonb_build_object('to', {10}::text)) FROM done
        """;

    // {0} is which, {1} now, {2} and {3} who does it.
    private static readonly string PurgeTrash = Purging("deleted_at < {0}");

    private static readonly string Purge = Purging("id = {0} AND version = {4}");

    /// <summary>Deletes one for good, with its todos, at the version that was read. False: it is at another one, or gone.</summary>
    public static async Task<bool> PurgeAsync(TenantDbContext tenant, TodoList list, DateTimeOffset now, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(Purge, list.Id, now, tenant.Actor.KindText, tenant.Actor.Id, list.Version), cancellationToken) == 1;

    /// <summary>Deletes for good, with their todos, those that were put into the trash before a time, whoever did.</summary>
    public static Task PurgeTrashAsync(TenantDbContext tenant, DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(PurgeTrash, before, now, tenant.Actor.KindText, tenant.Actor.Id), cancellationToken);

    /// <summary>Shares a list and tells those with whom it is from now on. It is held, so of two who share it at once with the same the last one's word counts, and nobody is told twice.</summary>
    public static Task ShareAsync(
        TenantDbContext tenant, Guid me, Guid id, Guid? userId, Guid? groupId, ListRight access, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(
            Share, me, id, userId ?? groupId, SortableId.At(now), now, userId, groupId, (short)access, tenant.Actor.KindText, tenant.Actor.Id, access.ToString()),
        cancellationToken);

    /// <summary>Shares a list no more, which those with whom it was are still told.</summary>
    public static Task UnshareAsync(TenantDbContext tenant, Guid id, Guid subject, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH done AS (DELETE FROM "<tenant>".list_shares WHERE list_id = {id} AND subject_id = {subject} RETURNING list_id, subject_id, user_id, group_id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, subject_id, audience)
        SELECT {now}, 'list.unshared', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, subject_id,
            CASE WHEN user_id IS NOT NULL THEN ARRAY[user_id] ELSE ARRAY(SELECT member.user_id FROM "<tenant>".group_members AS member WHERE member.group_id = done.group_id) END
        FROM done
        """,
        cancellationToken);

    private static string Purging(string which) =>
        $$"""
        WITH done AS (DELETE FROM "<tenant>".todo_lists WHERE {{which}} RETURNING id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, audience) SELECT {1}, 'list.purged', {2}, {3}::uuid, done.id, {{Readers}} FROM done
        """;
}
