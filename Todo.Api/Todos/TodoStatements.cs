using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Todos;

/// <summary>
/// What is done to a todo in one statement, which also says whether the caller may: nothing comes back if not, or if there is no such todo, or not at
/// a version that the caller accepts. Only then it is asked why.
/// </summary>
internal static class TodoStatements
{
    // {0} is the person, as ListAccess.WritableSql wants it; {1} the todo.
    private const string Writable = """(todo.list_id IS NULL OR todo.list_id IN (""" + ListAccess.WritableSql + "))";

    private const string Accepted = """todo.id = {1} AND ({2}::integer[] IS NULL OR todo.version = ANY ({2}::integer[])) AND """ + Writable;

    // Whoever makes parts, or moves them, holds the list too: so none appears in what is being deleted.
    private const string Lock = """SELECT 1 FROM "<tenant>".todo_lists WHERE id = (SELECT list_id FROM "<tenant>".todos WHERE id = {1}) FOR NO KEY UPDATE;""";

    private const string Insert =
        """
        INSERT INTO "<tenant>".todos (id, list_id, title, notes, created_by, created_at, updated_at, position, priority, colour,
            start_at, due_at, is_all_day, time_zone, reminders, estimate_minutes, assignee_ids, source, tag_ids,
            recurrence_rule, recurrence_mode, recurrence_from, occurrence)
        SELECT {1}, {2}, {3}, {4}::text, {5}, {6}, {6}, {7}, {8}, {9}::text, {10}::timestamptz, {11}::timestamptz, {12}, {13}::text, {14}, {15}::integer, {16}, {17}, {18},
            {19}::text, {20}::text, {21}::text::timestamp, {22}::text::timestamp
        WHERE (cardinality({18}) = 0 OR cardinality({18}) = (SELECT count(*) FROM (SELECT 1 FROM "<tenant>".tags WHERE id = ANY ({18}) FOR KEY SHARE) AS held)) AND {2} IN (
        """ + ListAccess.WritableSql + ")";

    // What repeats comes back as it is.
    private const string Complete =
        """
        WITH done AS (UPDATE "<tenant>".todos AS todo SET completed_at = coalesce(completed_at, {3}), completed_by = CASE WHEN completed_at IS NULL THEN {0} ELSE completed_by END,
            updated_at = CASE WHEN completed_at IS NULL THEN {3} ELSE updated_at END, version = CASE WHEN completed_at IS NULL THEN version + 1 ELSE version END
        WHERE todo.recurrence_rule IS NULL AND todo.deleted_at IS NULL AND
        """ + " " + Accepted +
        """
         RETURNING todo.*)
        SELECT * FROM done UNION ALL SELECT todo.* FROM "<tenant>".todos AS todo WHERE todo.recurrence_rule IS NOT NULL AND todo.deleted_at IS NULL AND
        """ + " " + Accepted;

    private const string Reopen =
        """
        UPDATE "<tenant>".todos AS todo SET completed_at = NULL, completed_by = NULL,
            updated_at = CASE WHEN completed_at IS NULL THEN updated_at ELSE {3} END, version = CASE WHEN completed_at IS NULL THEN version ELSE version + 1 END
        WHERE todo.deleted_at IS NULL AND
        """ + " " + Accepted + " RETURNING todo.*";

    private const string Delete = Lock +
        """
        WITH RECURSIVE gone AS (
            SELECT id FROM "<tenant>".todos AS todo WHERE todo.deleted_at IS NULL AND
        """ + " " + Accepted +
        """
             UNION SELECT part.id FROM "<tenant>".todos AS part JOIN gone ON part.parent_id = gone.id WHERE part.deleted_at IS NULL)
        UPDATE "<tenant>".todos AS todo SET deleted_at = {3}, updated_at = {3}, version = version + 1 FROM gone WHERE gone.id = todo.id
        """;

    // What was deleted with it comes back with it. What it was a part of may be in the trash itself, and then it is a part of nothing.
    private const string Restore = Lock +
        """
        WITH RECURSIVE back AS (
            SELECT id, deleted_at FROM "<tenant>".todos AS todo WHERE todo.deleted_at IS NOT NULL AND
        """ + " " + Accepted +
        """
             UNION SELECT part.id, part.deleted_at FROM "<tenant>".todos AS part JOIN back ON part.parent_id = back.id AND part.deleted_at = back.deleted_at)
        UPDATE "<tenant>".todos AS todo SET deleted_at = NULL, updated_at = {3}, version = version + 1,
            parent_id = CASE WHEN todo.id = {1} AND EXISTS (SELECT 1 FROM "<tenant>".todos AS whole WHERE whole.id = todo.parent_id AND whole.deleted_at IS NOT NULL) THEN NULL ELSE todo.parent_id END
        FROM back WHERE back.id = todo.id
        """;

    /// <summary>Makes a todo that is a part of nothing. False: its list is none in which the person may write, or there is not each of its tags.</summary>
    public static async Task<bool> TryInsertAsync(TenantDbContext tenant, Guid me, TodoItem todo, CancellationToken cancellationToken) => await tenant.Database.ExecuteSqlAsync(
        FormattableStringFactory.Create(
            Insert,
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
            Wall(todo.Occurrence)),
        cancellationToken) == 1;

    /// <summary>Completes it, unless it is: then it stays as it is. What repeats goes on to its next occurrence, in two further statements. Null: see above.</summary>
    public static async Task<TodoItem?> CompleteAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var todo = await ReturnAsync(tenant, Complete, me, id, versions, now, cancellationToken);
        return todo is { RecurrenceRule: not null, CompletedAt: null } ? await OccurrenceChanging.CompleteCurrentAsync(tenant, me, todo, versions, now, cancellationToken) : todo;
    }

    /// <summary>Opens it again. Null: see above.</summary>
    public static Task<TodoItem?> ReopenAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        ReturnAsync(tenant, Reopen, me, id, versions, now, cancellationToken);

    /// <summary>Puts it and its parts into the trash. False: see above.</summary>
    public static async Task<bool> DeleteAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Delete, me, id, versions, now), cancellationToken) > 0;

    /// <summary>Takes it out of the trash, with what was put there with it. False: see above, or it is not there.</summary>
    public static async Task<bool> RestoreAsync(TenantDbContext tenant, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        await tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Restore, me, id, versions, now), cancellationToken) > 0;

    /// <summary>Puts all of a person's inbox into the trash.</summary>
    public static Task EmptyInboxAsync(TenantDbContext tenant, Guid me, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".todo_lists WHERE id = {me} FOR NO KEY UPDATE;
        UPDATE "<tenant>".todos SET deleted_at = {now}, updated_at = {now}, version = version + 1 WHERE list_id = {me} AND deleted_at IS NULL
        """,
        cancellationToken);

    /// <summary>Takes somebody who is deleted for good out of what they were to do.</summary>
    public static Task UnassignAsync(TenantDbContext tenant, Guid person, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        UPDATE "<tenant>".todos SET assignee_ids = array_remove(assignee_ids, {person}), version = version + 1
        WHERE cardinality(assignee_ids) > 0 AND assignee_ids @> ARRAY[{person}]
        """,
        cancellationToken);

    // As text: a time without a zone would be taken for one with.
    private static string? Wall(DateTime? time) => time?.ToString("s", CultureInfo.InvariantCulture);

    private static async Task<TodoItem?> ReturnAsync(TenantDbContext tenant, string sql, Guid me, Guid id, int[]? versions, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await tenant.Todos.FromSql(FormattableStringFactory.Create(sql, me, id, versions, now)).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();
}
