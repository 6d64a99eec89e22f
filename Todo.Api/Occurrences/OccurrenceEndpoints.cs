using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Todos;
using Todo.Api.Versions;

namespace Todo.Api.Occurrences;

/// <summary>Single occurrences of a todo that repeats.</summary>
internal static class OccurrenceEndpoints
{
    public static void MapOccurrences(this RouteGroupBuilder todos)
    {
        const string Path = "/{id:guid}/occurrences/{occurrence}";
        TodoEndpoints.Describe(todos.MapPatch(Path, ChangeAsync)).AcceptsMergePatch<OccurrenceChange>().WithName("ChangeOccurrence").WithSummary("Move, edit or leave out one occurrence")
            .WithDescription("The occurrence is named by where the rule puts it, as the calendar and the todo's recurrence say it: 2026-12-01, or 2026-12-01T09:00:00 in the todo's zone; the day alone will do if it has one. "
                + "A JSON merge patch: start or due moves it, title and notes are its own, cancelled leaves it out; null makes it again as the rule has it. The ETag is the todo's. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        TodoEndpoints.Describe(todos.MapPost(Path + "/complete", CompleteAsync)).WithName("CompleteOccurrence").WithSummary("Complete one occurrence")
            .WithDescription("That which the todo is at, or another one. One that is done stays so. Honours If-Match.").ProducesProblem(StatusCodes.Status400BadRequest);
        TodoEndpoints.Describe(todos.MapDelete(Path, ResetAsync)).WithName("ResetOccurrence").WithSummary("Take back what was done to one occurrence")
            .WithDescription("It is open again, where the rule has it, with the todo's title and notes. Honours If-Match.").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Ok<CalendarEntry>> ChangeAsync(
        Guid id, OccurrenceKey occurrence, OccurrenceChange change, HttpContext context, OccurrenceChanging changing, CancellationToken cancellationToken)
    {
        var (todo, row) = await changing.ChangeAsync(id, occurrence, change, context, cancellationToken);
        EntityTag.Show(context, EntityTag.Of(todo.Version));
        return TypedResults.Ok(Entries.Of(todo, row));
    }

    private static async Task<Ok<CalendarEntry>> CompleteAsync(Guid id, OccurrenceKey occurrence, HttpContext context, OccurrenceChanging changing, CancellationToken cancellationToken)
    {
        var (todo, row) = await changing.CompleteAsync(id, occurrence, context, cancellationToken);
        EntityTag.Show(context, EntityTag.Of(todo.Version));
        return TypedResults.Ok(Entries.Of(todo, row));
    }

    private static async Task<NoContent> ResetAsync(Guid id, OccurrenceKey occurrence, HttpContext context, OccurrenceChanging changing, CancellationToken cancellationToken)
    {
        EntityTag.Show(context, EntityTag.Of((await changing.ResetAsync(id, occurrence, context, cancellationToken)).Version));
        return TypedResults.NoContent();
    }
}
