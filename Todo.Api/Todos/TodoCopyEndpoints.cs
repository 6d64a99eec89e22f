using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Api.Paging;
using Todo.Api.Tags;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>Copies of todos with their parts.</summary>
internal static class TodoCopyEndpoints
{
    private const int MaxTodos = 500;

    public static void MapTodoCopies(this RouteGroupBuilder todos) => todos.MapPost("/{id:guid}/copy", CopyAsync).RequirePermission(Permission.TodosWrite)
        .WithName("CopyTodo").WithSummary("Copy a todo and its parts")
        .WithDescription($"To its own list or to another one. The copies are open, and made by the caller; {MaxTodos} at most are made at once.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Created<TodoResponse>> CopyAsync(
        Guid id, TodoCopy request, HttpContext context, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        if (!await ListAccess.Todos(tenant, me, ListRight.Read).AnyAsync(todo => todo.Id == id, cancellationToken))
        {
            throw TodoEndpoints.NoSuchTodo();
        }

        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var originals = await TodoTree.ReadAsync(tenant, id, MaxTodos + 1, cancellationToken);
        if (originals is not [var first, ..])
        {
            throw TodoEndpoints.NoSuchTodo();
        }

        if (originals.Count > MaxTodos)
        {
            throw RefusedException.Conflict($"This todo has more parts than the {MaxTodos} todos that are copied at once. Copy its parts one by one.");
        }

        var list = request.ListId ?? first.ListId ?? me;
        if (list == me)
        {
            await Inbox.EnsureAsync(tenant, me, now, cancellationToken);
        }

        await ListAccess.RequireWritableAsync(tenant, me, [list], cancellationToken);
        var gone = await TagStatements.HoldAsync(tenant, [.. originals.SelectMany(original => original.TagIds).Distinct()], cancellationToken);
        var copies = new Dictionary<Guid, TodoItem>();
        foreach (var original in originals)
        {
            copies.Add(original.Id, Copy(original, list, original.Id == id ? request.ParentId : copies[original.ParentId!.Value].Id, me, now.AddMicroseconds(copies.Count)));
        }

        foreach (var tagged in copies.Values.Where(one => one.TagIds.Length > 0 && gone.Count > 0))
        {
            tagged.TagIds = [.. tagged.TagIds.Except(gone)];
        }

        var copy = copies[id];
        copy.Title = request.Title ?? copy.Title;
        copy.Position = OrderKey.AtEnd(now);
        if (request.ParentId is { } parent)
        {
            await TodoTree.LockAsync(tenant, [list], cancellationToken);
            await TodoTree.RequirePlaceAsync(tenant, parent, list, copy.Id, await TodoTree.HeightAsync(tenant, id, cancellationToken), cancellationToken);
        }

        copy.Position = request.Position is { } position ? await TodoOrder.PlaceAsync(tenant, copy, position, now, cancellationToken) : copy.Position;
        tenant.Todos.AddRange(copies.Values);
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw RefusedException.Conflict("Somebody deleted the list meanwhile.");
        }

        if (copies.Values.Any(one => one.AssigneeIds.Any(person => person != me)))
        {
            await NotificationStatements.AddAssignedAsync(tenant, me, [.. copies.Values.Select(one => one.Id)], people: null, id: null, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/todos/{copy.Id}", TodoEndpoints.Show(context, copy));
    }

    private static TodoItem Copy(TodoItem original, Guid list, Guid? parent, Guid me, DateTimeOffset now) => new()
    {
        Id = SortableId.At(now),
        ListId = list,
        ParentId = parent,
        Position = original.Position,
        Title = original.Title,
        Notes = original.Notes,
        Priority = original.Priority,
        Colour = original.Colour,
        StartAt = original.StartAt,
        DueAt = original.DueAt,
        IsAllDay = original.IsAllDay,
        TimeZone = original.TimeZone,
        RecurrenceRule = original.RecurrenceRule,
        RecurrenceMode = original.RecurrenceMode,
        RecurrenceFrom = original.RecurrenceFrom,
        Occurrence = original.Occurrence,
        Reminders = original.Reminders,
        EstimateMinutes = original.EstimateMinutes,
        AssigneeIds = original.AssigneeIds,
        TagIds = original.TagIds,
        Source = original.Source,
        CreatedBy = me,
        CreatedAt = now,
        UpdatedAt = now,
    };
}
