using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Calendar;

/// <summary>Todos and their occurrences by when they are.</summary>
internal static class CalendarEndpoints
{
    public static void MapCalendar(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/calendar").WithTags("Calendar").ExplainRefusals();
        group.MapGet("/", ShowAsync).RequirePermission(Permission.TodosRead).WithName("ShowCalendar").WithSummary("Show what is in a time")
            .WithDescription($"Todos with a start or due, and each occurrence of those that repeat, from from (inclusive) to to (exclusive): days, which begin in timeZone (UTC if absent), or moments; {CalendarReading.MaxDays} days at most. "
                + $"list, todo, assignee (an id, or me), tag (several: all of them) and priority leave out what does not fit. More than {CalendarReading.MaxEntries:N0} are refused: ask for a shorter time.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        app.MapCalendarFeeds();
    }

    private static async Task<Ok<CalendarResponse>> ShowAsync(
        CalendarReading reading,
        RequestIdentity identity,
        DayOrTime from,
        DayOrTime to,
        CancellationToken cancellationToken,
        [TimeZone] string? timeZone = null,
        Guid? list = null,
        Guid? todo = null,
        PersonFilter? assignee = null,
        [MaxLength(TodoItem.MaxTags)] Guid[]? tag = null,
        TodoPriority? priority = null)
    {
        var filter = new TodoFilter
        {
            Id = todo,
            List = list,
            Assignee = assignee?.IdFor(identity.UserId),
            Tags = tag is { Length: > 0 } ? tag : null,
            Priority = priority,
        };
        return TypedResults.Ok(new CalendarResponse(await reading.ReadAsync(CalendarWindow.Of(from, to, timeZone), filter, cancellationToken)));
    }
}
