using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>How long people worked. What is not over counts until now, or until its todo was deleted.</summary>
internal static class WorkTimes
{
    // In all of these {0} is who looks, {1} whose work it is, {2} to {3} the time, {4} is now. How long spans are in that time, and at how many todos:
    private const string Sums =
        """
        sum(extract(epoch FROM least(coalesce(span.ended_at, todo.deleted_at, {4}), {3}) - greatest(span.started_at, {2})))::bigint AS "Seconds", count(DISTINCT span.todo_id)::integer AS "Todos"
        FROM "<tenant>".work_spans AS span JOIN "<tenant>".todos AS todo ON todo.id = span.todo_id
        """;

    private const string InTime =
        """
        (span.ended_at > {2} OR span.ended_at IS NULL) AND span.started_at < {3} AND least(coalesce(span.ended_at, todo.deleted_at, {4}), {3}) > greatest(span.started_at, {2})
        """;

    // {0} may be null: everything is looked at; and {1}: everybody's.
    private static readonly string OfPeople =
        """SELECT span.person_id AS "Id", person.name AS "Name", """ + Sums +
        """
         LEFT JOIN "<tenant>".users AS person ON person.id = span.person_id
        WHERE ({1}::uuid IS NULL OR span.person_id = {1}::uuid)
        """ + " AND " + InTime +
        """
         AND ({0}::uuid IS NULL OR (todo.deleted_at IS NULL AND (todo.list_id IS NULL OR todo.list_id IN (
        """ + ListAccess.ReadableSql.Replace("{0}", "{0}::uuid", StringComparison.Ordinal) + ")))) GROUP BY span.person_id, person.name ORDER BY 3 DESC, 1";

    private static readonly string OfPerson =
        """SELECT seen.id AS "Id", seen.title AS "Name", """ + Sums +
        """
         LEFT JOIN "<tenant>".todos AS seen ON seen.id = todo.id AND seen.deleted_at IS NULL AND (seen.list_id IS NULL OR seen.list_id IN (
        """ + ListAccess.ReadableSql + ")) WHERE span.person_id = {1} AND " + InTime + " GROUP BY seen.id, seen.title ORDER BY 3 DESC, 1";

    /// <summary>Everybody's work at a todo, who did longest first.</summary>
    public static Task<List<TodoWorker>> OfTodoAsync(TenantDbContext tenant, Guid todo, DateTimeOffset now, CancellationToken cancellationToken) => tenant.Database.SqlQuery<TodoWorker>(
        $"""
        SELECT span.person_id AS "PersonId", person.name AS "Name", sum(extract(epoch FROM greatest(coalesce(span.ended_at, {now}), span.started_at) - span.started_at))::bigint AS "Seconds",
            max(span.started_at) FILTER (WHERE span.ended_at IS NULL) AS "WorkingSince"
        FROM "<tenant>".work_spans AS span LEFT JOIN "<tenant>".users AS person ON person.id = span.person_id WHERE span.todo_id = {todo}
        GROUP BY span.person_id, person.name ORDER BY 3 DESC, 1
        """).ToListAsync(cancellationToken);

    /// <summary>Somebody's work in a time, by todo; what the person does not see any more is one row.</summary>
    public static async Task<IReadOnlyList<WorkedTodo>> OfPersonAsync(
        TenantDbContext tenant, Guid person, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var worked = await tenant.Database.SqlQuery<WorkedSpan>(FormattableStringFactory.Create(OfPerson, person, person, from, to, now)).ToListAsync(cancellationToken);
        return worked.ConvertAll(one => new WorkedTodo(one.Id, one.Name, one.Seconds));
    }

    /// <summary>Everybody's work in a time, or somebody's.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="person">Whose; null: everybody's.</param>
    /// <param name="viewer">At what this person sees; null: at everything.</param>
    /// <param name="from">UTC.</param>
    /// <param name="to">UTC.</param>
    /// <param name="now">UTC.</param>
    /// <param name="cancellationToken">Cancels the question.</param>
    public static async Task<IReadOnlyList<WorkedPerson>> OfPeopleAsync(
        TenantDbContext tenant, Guid? person, Guid? viewer, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var worked = await tenant.Database.SqlQuery<WorkedSpan>(FormattableStringFactory.Create(OfPeople, viewer, person, from, to, now)).ToListAsync(cancellationToken);
        return worked.ConvertAll(one => new WorkedPerson(one.Id, one.Name, one.Seconds, one.Todos));
    }

    // A row of the sums.
    private sealed record WorkedSpan(Guid? Id, string? Name, long Seconds, int Todos);
}
