using Microsoft.AspNetCore.Http.HttpResults;
using Todo.Api.Identity;
using Todo.Api.Todos;
using Todo.Data.Access;

namespace Todo.Api.QuickAdd;

/// <summary>Todos out of a line of text.</summary>
internal static class QuickAddEndpoints
{
    public static void MapQuickAdd(this RouteGroupBuilder todos) => todos.MapPost("/quick", AddAsync).RequirePermission(Permission.TodosWrite)
        .WithName("QuickAddTodo").WithSummary("Make a todo from a line of text")
        .WithDescription("Understands dates, times, repetitions, #list or #tag, +tag, @person, !priority and ~estimate, and says which part of the text is what. Any text will do: what is not understood stays in the title. "
            + "With dryRun=true it only says what it understands.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Results<Created<QuickAddResponse>, Ok<QuickAddResponse>>> AddAsync(
        QuickAddRequest request, HttpContext context, QuickAdding adding, TodoMaking making, CancellationToken cancellationToken, bool dryRun = false)
    {
        var (todo, parts) = await adding.ReadAsync(request, cancellationToken);
        if (dryRun)
        {
            return TypedResults.Ok(new QuickAddResponse(todo.Title, parts, Todo: null));
        }

        await making.InsertAsync(todo, cancellationToken);
        return TypedResults.Created($"/todos/{todo.Id}", new QuickAddResponse(todo.Title, parts, TodoEndpoints.Show(context, todo)));
    }
}
