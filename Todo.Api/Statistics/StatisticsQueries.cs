using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Lists;
using Todo.Api.Work;
using Todo.Data.Tenants;

namespace Todo.Api.Statistics;

/// <summary>
/// What is counted, of the todos that somebody sees. Days are handed over as the moments at which they begin, so PostgreSQL needs to know nothing of
/// anybody's time zone.
/// </summary>
internal static class StatisticsQueries
{
    // {0} is the person; {1} the list and {2} who is to do it, if any.
    private const string Seen =
        """
        todo.deleted_at IS NULL AND ({1}::uuid IS NULL OR todo.list_id = {1}::uuid) AND ({2}::uuid IS NULL OR (cardinality(todo.assignee_ids) > 0 AND todo.assignee_ids @> ARRAY[{2}::uuid]))
            AND (todo.list_id IS NULL OR todo.list_id IN (
        """ + ListAccess.ReadableSql + "))";

    // What is due on a day is late when that is over.
    private const string LateFrom = "todo.due_at + CASE WHEN todo.is_all_day THEN interval '1 day' ELSE interval '0' END";

    // {3} is now, {4} to {5} the day, {6} to {7} the week. What is completed since before then is not looked at: there is more and more of it.
    private const string Counts =
        """
        SELECT state AS "State",
            count(*) FILTER (WHERE completed_at IS NULL)::integer AS "Open",
            count(*) FILTER (WHERE completed_at IS NULL AND late_from <= {3})::integer AS "Overdue",
            count(*) FILTER (WHERE (completed_at >= {4} AND completed_at < {5}) OR (completed_at IS NULL AND due_at >= {4} AND due_at < {5}))::integer AS "Today",
            count(*) FILTER (WHERE (completed_at >= {6} AND completed_at < {7}) OR (completed_at IS NULL AND due_at >= {6} AND due_at < {7}))::integer AS "Week",
            count(*) FILTER (WHERE created_at >= {4} AND created_at < {5})::integer AS "CreatedToday",
            count(*) FILTER (WHERE created_at >= {6} AND created_at < {7})::integer AS "CreatedWeek",
            count(*) FILTER (WHERE completed_at >= {4} AND completed_at < {5})::integer AS "CompletedToday",
            count(*) FILTER (WHERE completed_at >= {6} AND completed_at < {7})::integer AS "CompletedWeek",
            count(*) FILTER (WHERE completed_at IS NULL AND due_at >= {4} AND due_at < {5})::integer AS "DueToday",
            count(*) FILTER (WHERE completed_at IS NULL AND due_at >= {6} AND due_at < {7})::integer AS "DueWeek"
        FROM (SELECT
        """ + " " + WorkStatements.StateSql + " AS state, todo.completed_at, todo.created_at, todo.due_at, " + LateFrom +
        """
         AS late_from FROM "<tenant>".todos AS todo WHERE (todo.completed_at IS NULL OR todo.completed_at >= {6}) AND
        """ + " " + Seen + ") AS counted GROUP BY state";

    // {3} are the moments at which the days begin, and the last one ends.
    private const string Completed =
        """
        SELECT width_bucket(todo.completed_at, {3}) AS "Bucket", count(*)::integer AS "Count" FROM "<tenant>".todos AS todo
        WHERE todo.completed_at >= {4} AND todo.completed_at < {5} AND
        """ + " " + Seen + " GROUP BY 1";

    // Each is late from a day on until another: those are counted, and summed up afterwards.
    private const string Late =
        """
        SELECT width_bucket(late.since, {3}) AS "From", coalesce(width_bucket(late.until, {3}), 1000000) AS "Until", count(*)::integer AS "Count"
        FROM (SELECT greatest(
        """ + LateFrom +
        """
        , todo.created_at) AS since, todo.completed_at AS until FROM "<tenant>".todos AS todo WHERE todo.due_at < {5} AND (todo.completed_at IS NULL OR todo.completed_at >= {4}) AND
        """ + " " + Seen + ") AS late WHERE late.since < {5} AND (late.until IS NULL OR late.until > late.since) GROUP BY 1, 2";

    /// <summary>How many are in each state.</summary>
    public static Task<List<Counted>> CountAsync(
        TenantDbContext tenant, Guid me, Guid? list, Guid? assignee, DateTimeOffset now, (DateTimeOffset From, DateTimeOffset To) day, (DateTimeOffset From, DateTimeOffset To) week, CancellationToken cancellationToken) =>
        tenant.Database.SqlQuery<Counted>(FormattableStringFactory.Create(Counts, me, list, assignee, now, day.From, day.To, week.From, week.To)).ToListAsync(cancellationToken);

    /// <summary>How many were completed between each of these moments and the next.</summary>
    public static async Task<int[]> CompletedAsync(TenantDbContext tenant, Guid me, Guid? list, Guid? assignee, DateTimeOffset[] moments, CancellationToken cancellationToken)
    {
        var rows = await tenant.Database.SqlQuery<InBucket>(FormattableStringFactory.Create(Completed, me, list, assignee, moments, moments[0], moments[^1])).ToListAsync(cancellationToken);
        var counts = new int[moments.Length - 1];
        foreach (var row in rows)
        {
            counts[row.Bucket - 1] = row.Count;
        }

        return counts;
    }

    /// <summary>How many were late at each of these moments but the first.</summary>
    public static async Task<int[]> LateAsync(TenantDbContext tenant, Guid me, Guid? list, Guid? assignee, DateTimeOffset[] moments, CancellationToken cancellationToken)
    {
        var rows = await tenant.Database.SqlQuery<BetweenBuckets>(FormattableStringFactory.Create(Late, me, list, assignee, moments, moments[0], moments[^1])).ToListAsync(cancellationToken);

        // What is late since the i-th bucket counts at its end, unless it was completed in it.
        var changes = new int[moments.Length + 1];
        foreach (var row in rows)
        {
            changes[Math.Max(row.From, 1)] += row.Count;
            changes[Math.Clamp(row.Until, Math.Max(row.From, 1), moments.Length)] -= row.Count;
        }

        var counts = new int[moments.Length - 1];
        for (int i = 0, late = 0; i < counts.Length; i++)
        {
            counts[i] = late += changes[i + 1];
        }

        return counts;
    }

    /// <summary>Which of the first things somebody has done.</summary>
    public static async Task<IReadOnlyList<FirstStep>> FirstStepsAsync(TenantDbContext tenant, Guid me, CancellationToken cancellationToken)
    {
        var done = await tenant.Users.Where(user => user.Id == me).Select(user => new
        {
            MakeTodo = tenant.Todos.Any(todo => todo.CreatedBy == me),
            CompleteTodo = tenant.Todos.Any(todo => todo.CompletedBy == me),
            MakeList = tenant.Lists.Any(list => list.OwnerId == me && !list.IsInbox),
            InviteSomebody = tenant.Users.Any(other => other.Id != me),
            ShareList = tenant.Lists.Any(list => list.OwnerId == me && (list.Visibility == ListVisibility.Tenant || tenant.ListShares.Any(share => share.ListId == list.Id))),
            StartWork = tenant.WorkSpans.Any(span => span.PersonId == me),
            SetUp = user.TimeZone != "UTC" || tenant.UserSettings.Any(setting => setting.UserId == me),
        }).SingleAsync(cancellationToken);
        return
        [
            new(FirstStepName.MakeTodo, done.MakeTodo), new(FirstStepName.CompleteTodo, done.CompleteTodo), new(FirstStepName.MakeList, done.MakeList), new(FirstStepName.InviteSomebody, done.InviteSomebody),
            new(FirstStepName.ShareList, done.ShareList), new(FirstStepName.StartWork, done.StartWork), new(FirstStepName.SetUp, done.SetUp),
        ];
    }

    /// <summary>A row of what is counted.</summary>
    internal sealed record Counted(
        WorkState State, int Open, int Overdue, int Today, int Week, int CreatedToday, int CreatedWeek, int CompletedToday, int CompletedWeek, int DueToday, int DueWeek);

    private sealed record InBucket(int Bucket, int Count);

    private sealed record BetweenBuckets(int From, int Until, int Count);
}
