using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>A todo as the rules see it, with what an action may change. A row of a query.</summary>
internal sealed record HeldTodo(WorkState State, Guid[] AssigneeIds, Guid[] Working, Guid[] Worked, DateTimeOffset? CompletedAt, Guid? CompletedBy, DateTimeOffset Since, int Version, bool Repeats)
{
    public WorkSituation ToSituation() => new(State, AssigneeIds, Working, Worked);
}

/// <summary>
/// The statements of the work log. Whoever does something with a todo holds its row, and looks only then who is at it: so of two who start and stop at
/// once, the second sees what the first did.
/// </summary>
internal static class WorkStatements
{
    /// <summary>
    /// How far the work at <c>todo</c> is: what the column says, unless the rest of the row says more. So builds that know nothing of states, and
    /// whoever assigns a todo or completes it in whatever way, leave none that is wrong. It says the same as <see cref="TodoItem.State"/>.
    /// </summary>
    public const string StateSql =
        """
        CASE WHEN todo.completed_at IS NOT NULL THEN CASE todo.work_state WHEN 7 THEN 7 ELSE 6 END
            WHEN todo.work_state IN (1, 2, 4, 5, 8) THEN todo.work_state WHEN cardinality(todo.assignee_ids) > 0 THEN 3 ELSE 0 END::smallint
        """;

    /// <summary>
    /// Holds the row of the todo {1}, to stand before the statement that looks at its work: one statement sees nothing of what was committed while it
    /// waited for a row. It adds no rows, and is none that returns any, so that what comes next can.
    /// </summary>
    public const string HoldSql =
        """
        WITH held AS MATERIALIZED (SELECT id FROM "<tenant>".todos WHERE id = {1} FOR NO KEY UPDATE)
        INSERT INTO "<tenant>".work_entries (id, todo_id, action, from_state, to_state, at) SELECT id, id, 0, 0, 0, now() FROM held WHERE id <> {1};
        """;

    private const string Read = "SELECT " + StateSql + " " +
        """
        AS "State", todo.assignee_ids AS "AssigneeIds", todo.completed_at AS "CompletedAt", todo.completed_by AS "CompletedBy", todo.version AS "Version", todo.recurrence_rule IS NOT NULL AS "Repeats",
            ARRAY(SELECT span.person_id FROM "<tenant>".work_spans AS span WHERE span.todo_id = todo.id AND span.ended_at IS NULL AND span.person_id IS NOT NULL) AS "Working",
            ARRAY(SELECT DISTINCT span.person_id FROM "<tenant>".work_spans AS span WHERE span.todo_id = todo.id AND span.person_id IS NOT NULL) AS "Worked",
            coalesce((SELECT max(entry.at) FROM "<tenant>".work_entries AS entry WHERE entry.todo_id = todo.id AND entry.from_state <> entry.to_state AND entry.to_state =
        """ + " " + StateSql + "), " +
        """
        todo.completed_at, todo.created_at) AS "Since"
        FROM "<tenant>".todos AS todo WHERE todo.id = {1} AND todo.deleted_at IS NULL AND (todo.list_id IS NULL OR todo.list_id IN (
        """;

    private const string ReadToWrite = HoldSql + Read + ListAccess.WritableSql + "))";

    private const string ReadOnly = Read + ListAccess.ReadableSql + "))";

    // {0} is who does it, {1} the todo, {2} the entry, {3} the time, {4} the action, {5} and {6} the states, {7} whom, {8} why, {9} and {10} when it is completed and by whom, {11} who is to do it,
    // {12} to {15} the event: its kind, who did it, and what has changed.
    private const string Write =
        """
        UPDATE "<tenant>".todos SET work_state = {6}, completed_at = {9}::timestamptz, completed_by = {10}::uuid, assignee_ids = {11}, updated_at = {3}, version = version + 1 WHERE id = {1};
        INSERT INTO "<tenant>".work_entries (id, todo_id, actor_id, person_id, action, from_state, to_state, comment, at) VALUES ({2}, {1}, {0}, {7}::uuid, {4}, {5}, {6}, {8}::text, {3});
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes) SELECT {3}, {12}, {13}, {14}::uuid, list_id, id, {15}::jsonb FROM "<tenant>".todos WHERE id = {1}
        """;

    private const string Begin = Write + """; INSERT INTO "<tenant>".work_spans (id, todo_id, person_id, started_at) VALUES ({2}, {1}, {0}, {3})""";

    private const string End = Write + """; UPDATE "<tenant>".work_spans SET ended_at = greatest(started_at, {3}) WHERE todo_id = {1} AND person_id = {0} AND ended_at IS NULL""";

    private static readonly string Give = Write + "; " + NotificationStatements.AssignedSql("{1}", "{0}", "{3}", "{2}") + " AND person.id = {7}::uuid";

    // {0} may be null: a guest.
    private static readonly string Completed = """UPDATE "<tenant>".work_spans SET ended_at = greatest(started_at, {3}) WHERE todo_id = {1} AND ended_at IS NULL; """
        + NotificationStatements.CompletedSql(NotificationStatements.Todos, "{0}::uuid", "{2}", "{3}") + " AND todo.id = {1}";

    private static readonly string Finish = Write + "; " + Completed;

    /// <summary>Holds a todo in which somebody may write, until the transaction ends, and reads it; null: there is none.</summary>
    public static async Task<HeldTodo?> HoldAsync(TenantDbContext tenant, Guid me, Guid id, CancellationToken cancellationToken) =>
        (await tenant.Database.SqlQuery<HeldTodo>(FormattableStringFactory.Create(ReadToWrite, me, id)).ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>Reads a todo that somebody may see; null: there is none.</summary>
    public static async Task<HeldTodo?> ReadAsync(TenantDbContext tenant, Guid me, Guid id, CancellationToken cancellationToken) =>
        (await tenant.Database.SqlQuery<HeldTodo>(FormattableStringFactory.Create(ReadOnly, me, id)).ToListAsync(cancellationToken)).SingleOrDefault();

    /// <summary>Writes down what somebody does with a todo that is held, does it, and tells whom it concerns.</summary>
    public static Task WriteAsync(TenantDbContext tenant, WorkEntry entry, HeldTodo before, CancellationToken cancellationToken)
    {
        var sql = entry.Action switch
        {
            WorkAction.Start or WorkAction.Resume => Begin,
            WorkAction.Pause => End,
            WorkAction.Complete => Finish,
            WorkAction.Assign => Give,
            _ => Write,
        };
        var (completedAt, completedBy) = entry.ToState switch
        {
            WorkState.Done => (entry.At, entry.ActorId),
            WorkState.Approved => (before.CompletedAt, before.CompletedBy),
            _ => ((DateTimeOffset?)null, (Guid?)null),
        };
        Guid[] assignees = entry.Action switch
        {
            WorkAction.Assign => [.. before.AssigneeIds, entry.PersonId!.Value],
            WorkAction.Unassign => [.. before.AssigneeIds.Where(one => one != entry.PersonId)],
            _ => before.AssigneeIds,
        };
        var (kind, changes) = Event(entry, assignees);
        return tenant.Database.ExecuteSqlAsync(
            FormattableStringFactory.Create(
                sql,
                entry.ActorId,
                entry.TodoId,
                entry.Id,
                entry.At,
                (short)entry.Action,
                (short)entry.FromState,
                (short)entry.ToState,
                entry.PersonId,
                entry.Comment,
                completedAt,
                completedBy,
                assignees,
                kind,
                tenant.Actor.KindText,
                tenant.Actor.Id,
                changes.ToJsonString()),
            cancellationToken);
    }

    /// <summary>What completing means for others, in one round trip: ends everybody's work at a todo, which this transaction has changed, and tells those whom it concerns.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="actor">Who completed it, who needs not be told; null: a guest.</param>
    /// <param name="todo">The todo.</param>
    /// <param name="id">The id of what is written down.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public static Task FollowCompletionAsync(TenantDbContext tenant, Guid? actor, Guid todo, Guid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        tenant.Database.ExecuteSqlAsync(FormattableStringFactory.Create(Completed, actor, todo, id, now), cancellationToken);

    /// <summary>Ends all work of somebody who is deleted for good; what nobody is at any more rests.</summary>
    public static Task EndAllOfAsync(TenantDbContext tenant, Guid person, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.ExecuteSqlAsync(
        $"""
        SELECT 1 FROM "<tenant>".todos WHERE id IN (SELECT todo_id FROM "<tenant>".work_spans WHERE person_id = {person} AND ended_at IS NULL) ORDER BY id FOR NO KEY UPDATE;
        WITH ended AS (UPDATE "<tenant>".work_spans SET ended_at = greatest(started_at, {now}) WHERE person_id = {person} AND ended_at IS NULL RETURNING todo_id),
        done AS (
            UPDATE "<tenant>".todos AS todo SET work_state = {(short)WorkState.Paused}, version = version + 1
            WHERE todo.id IN (SELECT todo_id FROM ended) AND todo.work_state = {(short)WorkState.InProgress}
                AND NOT EXISTS (SELECT 1 FROM "<tenant>".work_spans AS other WHERE other.todo_id = todo.id AND other.person_id <> {person} AND other.ended_at IS NULL)
            RETURNING todo.id, todo.list_id)
        INSERT INTO "<tenant>".events (at, kind, actor_kind, actor_id, list_id, todo_id, changes)
        SELECT {now}, 'todo.changed', {tenant.Actor.KindText}, {tenant.Actor.Id}::uuid, list_id, id, {Changed("state", $"{WorkState.InProgress}", $"{WorkState.Paused}").ToJsonString()}::jsonb FROM done
        """,
        cancellationToken);

    private static (string Kind, JsonObject Changes) Event(WorkEntry entry, Guid[] assignees)
    {
        var changes = Changed("state", $"{entry.FromState}", $"{entry.ToState}");
        if (entry.Action is WorkAction.Assign or WorkAction.Unassign)
        {
            changes["assigneeIds"] = new JsonObject { ["to"] = new JsonArray([.. assignees.Select(one => JsonValue.Create(one))]) };
        }

        return (entry.Action switch { WorkAction.Complete => EventKind.TodoCompleted, WorkAction.Reopen => EventKind.TodoReopened, _ => EventKind.TodoChanged }, changes);
    }

    private static JsonObject Changed(string field, string from, string to) => new() { [field] = new JsonObject { ["from"] = from, ["to"] = to } };
}
