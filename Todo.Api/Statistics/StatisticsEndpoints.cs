using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Todos;
using Todo.Api.Work;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Statistics;

/// <summary>Numbers about the todos that the caller sees, in days as the caller lives them.</summary>
internal static class StatisticsEndpoints
{
    public static void MapStatistics(this IEndpointRouteBuilder app)
    {
        const string Filter = "list and assignee (an id, or me) each leave out what does not fit.";
        var group = app.MapGroup("/statistics").WithTags("Statistics").ExplainRefusals().ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/", ShowAsync).RequirePermission(Permission.TodosRead).WithName("ShowStatistics").WithSummary("Show how many todos are where, today and this week")
            .WithDescription("Of what one sees, in one's time zone; a week begins with the day of one's settings. " + Filter);
        group.MapGet("/completed", ShowCompletedAsync).RequirePermission(Permission.TodosRead).WithName("ShowCompletedPerDay").WithSummary("Show how many todos were completed on each day")
            .WithDescription($"From and to a day, the last thirty without them, {PersonalCalendar.MaxDays} at most. " + Filter);
        group.MapGet("/overdue", ShowOverdueAsync).RequirePermission(Permission.TodosRead).WithName("ShowOverduePerDay").WithSummary("Show how many todos were late at the end of each day")
            .WithDescription($"From and to a day, the last thirty without them, {PersonalCalendar.MaxDays} at most; by what is due today. " + Filter);
        group.MapGet("/time", ShowTimeAsync).RequirePermission(Permission.TodosRead).WithName("ShowTimePerPerson").WithSummary("Show how long who worked at what one sees").WithDescription(TimeWindow.Rule);
        group.MapGet("/first-steps", ShowFirstStepsAsync).RequirePermission(Permission.TodosRead).WithName("ShowFirstSteps").WithSummary("Show which of the first things one has done");
    }

    private static async Task<Ok<StatisticsResponse>> ShowAsync(
        RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, Guid? list = null, PersonFilter? assignee = null)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var calendar = PersonalCalendar.Of(identity.Caller);
        var today = calendar.DayOf(now);
        var week = calendar.WeekOf(today);
        var day = (calendar.BeginningOf(today), calendar.BeginningOf(today.AddDays(1)));
        var counts = await StatisticsQueries.CountAsync(
            tenant, me, list, assignee?.IdFor(me), now, day, (calendar.BeginningOf(week), calendar.BeginningOf(week.AddDays(7))), cancellationToken);
        return TypedResults.Ok(new StatisticsResponse(
            calendar.Zone,
            today,
            week,
            counts.Sum(count => count.Open),
            counts.Sum(count => count.Overdue),
            [.. counts.OrderBy(count => count.State).Select(count => new StateCount(count.State, count.Today, count.Week, count.Open))],
            new PeriodCount(counts.Sum(count => count.CreatedToday), counts.Sum(count => count.CompletedToday), counts.Sum(count => count.DueToday)),
            new PeriodCount(counts.Sum(count => count.CreatedWeek), counts.Sum(count => count.CompletedWeek), counts.Sum(count => count.DueWeek))));
    }

    private static Task<Ok<DailyCounts>> ShowCompletedAsync(
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        DateOnly? from = null,
        DateOnly? to = null,
        Guid? list = null,
        PersonFilter? assignee = null) =>
        ShowDaysAsync(identity.Caller, clock, from, to, moments => StatisticsQueries.CompletedAsync(tenant, identity.UserId, list, assignee?.IdFor(identity.UserId), moments, cancellationToken));

    private static Task<Ok<DailyCounts>> ShowOverdueAsync(
        RequestIdentity identity,
        TenantDbContext tenant,
        TimeProvider clock,
        CancellationToken cancellationToken,
        DateOnly? from = null,
        DateOnly? to = null,
        Guid? list = null,
        PersonFilter? assignee = null) =>
        ShowDaysAsync(identity.Caller, clock, from, to, moments => StatisticsQueries.LateAsync(tenant, identity.UserId, list, assignee?.IdFor(identity.UserId), moments, cancellationToken));

    private static async Task<Ok<PeopleWorkResponse>> ShowTimeAsync(
        RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken, DayOrTime? from = null, DayOrTime? to = null)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var window = TimeWindow.Between(from, to, identity.Caller, now);
        return TypedResults.Ok(new PeopleWorkResponse(window.From, window.To, await WorkTimes.OfPeopleAsync(tenant, person: null, me, window.From, window.To, now, cancellationToken)));
    }

    private static async Task<Ok<FirstStepsResponse>> ShowFirstStepsAsync(RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        var steps = await StatisticsQueries.FirstStepsAsync(tenant, identity.UserId, cancellationToken);
        return TypedResults.Ok(new FirstStepsResponse(steps.All(step => step.IsDone), steps));
    }

    private static async Task<Ok<DailyCounts>> ShowDaysAsync(Caller caller, TimeProvider clock, DateOnly? from, DateOnly? to, Func<DateTimeOffset[], Task<int[]>> count)
    {
        var calendar = PersonalCalendar.Of(caller);
        var days = calendar.Days(from, to, clock.GetTimestamptz());
        var counts = await count([.. days.Append(days[^1].AddDays(1)).Select(calendar.BeginningOf)]);
        return TypedResults.Ok(new DailyCounts(calendar.Zone, [.. days.Select((day, i) => new DailyCount(day, counts[i]))]));
    }
}
