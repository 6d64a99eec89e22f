using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.Work;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Todos;

/// <summary>
/// What is done to a todo in one statement, which also says whether the caller may: nothing comes back if not, or if there is no such todo, or not at
/// a version that the caller accepts. Only then it is asked why. Each writes the event that tells of it.
/// </summary>
internal static class TodoStatements
{
    // {0} is the person, as ListAccess.WritableSql wants it; {1} the todo; {2} the versions that the caller accepts; {3} now; {4} and {5} who does it.
    private const string Writable = """(todo.list_id IS NULL OR todo.list_id IN (""" + ListAccess.WritableSql + "))";

    private const string Accepted = """todo.id = {1} AND ({2}::integer[] IS NULL OR todo.version = ANY ({2}::integer[])) AND """ + Writable;

    // Whoever makes parts, or moves them, holds the list too: so none appears in what is being deleted. Which list is held goes with the transaction, because it may
    // be another one than the todo is in by then: somebody who moved it was waited for.
    private const string Lock =
        """
        SELECT set_config('held_list.id', coalesce(
            (SELECT list.id::text FROM "<tenant>".todo_lists AS list WHERE list.id = (SELECT list_id FROM "<tenant>".todos WHERE id = {1}) FOR NO KEY UPDATE), ''), true);

        """;

    private const string InHeldList = " AND coalesce(todo.list_id::text, '') = current_setting('held_list.id') AND ";

    private const string InList = " AND ({6}::uuid IS NULL OR todo.list_id = {6}::uuid)";

    private const string IntoEvents = """INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)""";

    // Those who are to do it, other than whoever makes it, are told, if there are any.
    private const string Insert =
        """
        WITH made AS (
        INSERT INTO "<tenant>".todos (id, list_id, title, notes, created_by, created_at, updated_at, position, priority, colour,
            start_at, due_at, is_all_day, time_zone, reminders, estimate_minutes, assignee_ids, source, tag_ids,
            recurrence_rule, recurrence_mode, recurrence_from, occurrence)
        SELECT {1}, {2}, {3}, {4}::text, {5}, {6}, {6}, {7}, {8}, {9}::text, {10}::timestamptz, {11}::timestamptz, {12}, {13}::text, {14}, {15}::integer, {16}, {17}, {18},
            {19}::text, {20}::text, {21}::text::timestamp, {22}::text::timestamp
        WHERE (cardinality({18}) = 0 OR cardinality({18}) = (SELECT count(*) FROM (SELECT 1 FROM "<tenant>".tags WHERE id = ANY ({18}) FOR KEY SHARE) AS held)) AND {2} IN (
        """ + ListAccess.WritableSql + ") RETURNING id, list_id, title, created_at) " + IntoEvents +
        """
         SELECT created_at, 'todo.created', {23}, {24}::uuid, list_id, id, jsonb_build_object('title', jsonb_build_object('to', title)) FROM made
        """;

    private static readonly string InsertAssigned = Insert + ";" + NotificationStatements.AssignedSql("{1}", "{0}", "{6}");

    // {4} and {5} are who does it, {6} the list that it has to be in, if any, {7} the person who does it, or null, who is told of nothing, {8} the id of what is written down.
    // What repeats comes back as it is.
    private static readonly string Complete = WorkStatements.HoldSql + Was(" AND todo.recurrence_rule IS NULL" + InList) +
        """
        , done AS (
            UPDATE "<tenant>".todos AS todo SET completed_at = coalesce(was.completed_at, {3}), completed_by = CASE WHEN was.completed_at IS NULL THEN {0} ELSE completed_by END,
                work_state = CASE WHEN was.completed_at IS NULL THEN 6 ELSE work_state END,
                updated_at = CASE WHEN was.completed_at IS NULL THEN {3} ELSE updated_at END, version = CASE WHEN was.completed_at IS NULL THEN version + 1 ELSE version END
            FROM was WHERE todo.id = was.id RETURNING todo.*),
        acted AS (
            INSERT INTO "<tenant>".work_entries (id, todo_id, actor_id, action, from_state, to_state, at)
            SELECT {8}, was.id, {7}::uuid, 7, was.state, 6, {3} FROM was WHERE was.completed_at IS NULL),
        ended AS (
            UPDATE "<tenant>".work_spans AS span SET ended_at = greatest(span.started_at, {3}) FROM was WHERE span.todo_id = was.id AND was.completed_at IS NULL AND span.ended_at IS NULL),
        noted AS (
        """ + IntoEvents +
        """
         SELECT {3}, 'todo.completed', {4}, {5}::uuid, done.list_id, done.id, NULL FROM done JOIN was ON was.id = done.id WHERE was.completed_at IS NULL), told AS (
        """ + NotificationStatements.CompletedSql("done AS todo JOIN was ON was.id = todo.id", "{7}::uuid", "{8}", "{3}") + " AND was.completed_at IS NULL) SELECT * FROM done UNION ALL " +
        """
        SELECT todo.* FROM "<tenant>".todos AS todo WHERE todo.recurrence_rule IS NOT NULL AND todo.deleted_at IS NULL
        """ + InList + " AND " + Accepted;

    // {6} is the id of what is written down.
    private static readonly string Reopen = WorkStatements.HoldSql + Was("") +
        """
        , done AS (
            UPDATE "<tenant>".todos AS todo SET completed_at = NULL, completed_by = NULL, work_state = CASE WHEN was.completed_at IS NULL THEN work_state ELSE 0 END,
                updated_at = CASE WHEN was.completed_at IS NULL THEN updated_at ELSE {3} END, version = CASE WHEN was.completed_at IS NULL THEN version ELSE version + 1 END
            FROM was WHERE todo.id = was.id RETURNING todo.*),
        acted AS (
            INSERT INTO "<tenant>".work_entries (id, todo_id, actor_id, action, from_state, to_state, at)
            SELECT {6}, was.id, {0}, 10, was.state, CASE WHEN cardinality(done.assignee_ids) > 0 THEN 3 ELSE 0 END, {3} FROM was JOIN done ON done.id = was.id WHERE was.completed_at IS NOT NULL),
        noted AS (
        """ + IntoEvents +
        """
         SELECT {3}, 'todo.reopened', {4}, {5}::uuid, done.list_id, done.id, NULL FROM done JOIN was ON was.id = done.id WHERE was.completed_at IS NOT NULL)
        SELECT * FROM done
        """;

    private const string Delete = Lock +
        """
        WITH RECURSIVE gone AS (
            SELECT id FROM "<tenant>".todos AS todo WHERE todo.deleted_at IS NULL
        """ + InHeldList + Accepted +
        """
             UNION SELECT part.id FROM "<tenant>".todos AS part JOIN gone ON part.parent_id = gone.id WHERE part.deleted_at IS NULL),
        done AS (UPDATE "<tenant>".todos AS todo SET deleted_at = {3}, updated_at = {3}, version = version + 1 FROM gone WHERE gone.id = todo.id RETURNING todo.id, todo.list_id)
        """ + " " + IntoEvents + " SELECT {3}, 'todo.deleted', {4}, {5}::uuid, list_id, id, NULL FROM done";

    private const string Purge = Lock +
        """
        WITH RECURSIVE gone AS (
            SELECT id FROM "<tenant>".todos AS todo WHERE true
        """ + InHeldList + Accepted +
        """
             UNION SELECT part.id FROM "<tenant>".todos AS part JOIN gone ON part.parent_id = gone.id),
        done AS (DELETE FROM "<tenant>".todos AS todo USING gone WHERE gone.id = todo.id RETURNING todo.id, todo.list_id)
        """ + " " + IntoEvents + " SELECT {3}, 'todo.purged', {4}, {5}::uuid, list_id, id, NULL FROM done";

    // What was deleted with it comes back with it; nobody was at it meanwhile. What it was a part of may be in the trash itself, and then it is a part of nothing.
    private const string Restore = Lock +
        """
        WITH RECURSIVE back AS (
            SELECT id, deleted_at FROM "<tenant>".todos AS todo WHERE todo.deleted_at IS NOT NULL
        """ + InHeldList + Accepted +
        """
             UNION SELECT part.id, part.deleted_at FROM "<tenant>".todos AS part JOIN back ON part.parent_id = back.id AND part.deleted_at = back.deleted_at),
        ended AS (
            UPDATE "<tenant>".work_spans AS span SET ended_at = greatest(span.started_at, back.deleted_at) FROM back WHERE span.todo_id = back.id AND span.ended_at IS NULL),
        done AS (UPDATE "<tenant>".todos AS todo SET deleted_at = NULL, updated_at = {3}, version = version + 1, work_state = CASE work_state WHEN 4 THEN 5 ELSE work_state END,
            parent_id = CASE WHEN todo.id = {1} AND EXISTS (SELECT 1 FROM "<tenant>".todos AS whole WHERE whole.id = todo.parent_id AND whole.deleted_at IS NOT NULL) THEN NULL ELSE todo.parent_id END
        FROM back WHERE back.id = todo.id RETURNING todo.id, todo.list_id)
        """ + " " + IntoEvents + " SELECT {3}, 'todo.restored', {4}, {5}::uuid, list_id, id, NULL FROM done";

    /// <summary>Makes a todo that is a part of nothing. False: its list is none in which the person may write, or there is not each of its tags.</summary>
    public static async Task<bool> TryInsertAsync(TenantDbContext tenant, Guid me, TodoItem todo, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(
            todo.AssigneeIds.Any(person => person != me) ? InsertAssigned : Insert,
            me,
            todo.Id,
            todo.ListId,
            todo.Title,
            todo.Notes,
            todo.CreatedBy,
            todo.CreatedAt,
            todo.Position,
            (short)todo.Priority,
            todo.Colour,
            todo.StartAt,
            todo.DueAt,
            todo.IsAllDay,
            todo.TimeZone,
            todo.Reminders,
            todo.EstimateMinutes,
            todo.AssigneeIds,
            EnumText.Of(todo.Source),
            todo.TagIds,
            todo.RecurrenceRule,
            todo.RecurrenceMode is { } mode ? EnumText.Of(mode) : null,
            Wall(todo.RecurrenceFrom),
            Wall(todo.Occurrence),
            tenant.Actor.KindText,
            tenant.Actor.Id),
        cancellationToken) > 0;

    /// <summary>Completes it, unless it is: then it stays as it is. What repeats goes on to its next occurrence, in further statements. Null: see above.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="me">The person, as whose it counts.</param>
    /// <param name="actor">Who does it, who needs not be told; null: a guest.</param>
    /// <param name="id">The todo.</param>
    /// <param name="versions">Those that the caller accepts; null: any.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="list">The list that it has to be in; null: any.</param>
    public static async Task<TodoItem?> CompleteAsync(
        TenantDbContext tenant, Guid me, Guid? actor, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken, Guid? list = null)
    {
        var sql = FormattableStringFactory.Create(Complete, me, id, versions, now, tenant.Actor.KindText, tenant.Actor.Id, list, actor, SortableId.At(now));
        var todo = await ReturnAsync(tenant, sql, cancellationToken);
        return todo is { RecurrenceRule: not null, CompletedAt: null } ? await OccurrenceChanging.CompleteCurrentAsync(tenant, me, actor, todo, versions, now, cancellationToken) : todo;
    }

    /// <summary>Opens it again. Null: see above.</summary>
    public static Task<TodoItem?> ReopenAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReturnAsync(tenant, FormattableStringFactory.Create(Reopen, me, id, versions, now, tenant.Actor.KindText, tenant.Actor.Id, SortableId.At(now)), cancellationToken);

    /// <summary>Puts it and its parts into the trash. False: see above.</summary>
    public static async Task<bool> DeleteAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ChangeAsync(tenant, Delete, me, id, versions, now, cancellationToken);

    /// <summary>Deletes it and its parts for good, from the trash too. False: see above.</summary>
    public static async Task<bool> PurgeAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ChangeAsync(tenant, Purge, me, id, versions, now, cancellationToken);

    /// <summary>Takes it out of the trash, with what was put there with it. False: see above, or it is not there.</summary>
    public static async Task<bool> RestoreAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ChangeAsync(tenant, Restore, me, id, versions, now, cancellationToken);

    /// <summary>Puts all of a person's inbox into the trash.</summary>
    public static Task EmptyInboxAsync(TenantDbContext tenant, Guid me, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".todo_lists WHERE id = {me} FOR NO KEY UPDATE;
        WITH done AS (
            UPDATE "<tenant>".todos SET deleted_at = {now}, updated_at = {now}, version = version + 1 WHERE list_id = {me} AND deleted_at IS NULL RETURNING id, list_id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id) SELECT {now}, 'todo.deleted', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id FROM done
        """,
        cancellationToken);

    /// <summary>Takes somebody who is deleted for good out of what they were to do.</summary>
    public static Task UnassignAsync(TenantDbContext tenant, Guid person, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH done AS (
            UPDATE "<tenant>".todos SET assignee_ids = array_remove(assignee_ids, {person}), version = version + 1
            WHERE cardinality(assignee_ids) > 0 AND assignee_ids @> ARRAY[{person}] RETURNING id, list_id, assignee_ids)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)
        SELECT {now}, 'todo.changed', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id, jsonb_build_object('assigneeIds', jsonb_build_object('to', to_jsonb(assignee_ids))) FROM done
        """,
        cancellationToken);

    /// <summary>Deletes for good, with their parts, what was put into the trash before a time, whoever did.</summary>
    public static Task PurgeTrashAsync(TenantDbContext tenant, DateTimeOffset before, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        WITH done AS (DELETE FROM "<tenant>".todos WHERE deleted_at < {before} RETURNING id, list_id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id) SELECT {now}, 'todo.purged', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id FROM done
        """,
        cancellationToken);

    private static string Was(string also) =>
        $"""
        WITH was AS (SELECT todo.id, todo.completed_at, {WorkStatements.StateSql} AS state FROM "<tenant>".todos AS todo WHERE todo.deleted_at IS NULL{also} AND {Accepted})
        """;

    private static async Task<bool> ChangeAsync(TenantDbContext tenant, string sql, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(sql, me, id, versions, now, tenant.Actor.KindText, tenant.Actor.Id), cancellationToken) > 0;

    // As text: a time without a zone would be taken for one with.
    private static string? Wall(DateTime? time) => time?.ToString("s", CultureInfo.InvariantCulture);

    private static async Task<TodoItem?> ReturnAsync(TenantDbContext tenant, FormattableString sql, CancellationToken cancellationToken) =>
        (await tenant.Todos.FromSql(sql).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();
}
