using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Api.Tags;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>Makes todos, all that are asked for or none.</summary>
internal sealed class TodoMaking(TenantDbContext tenant, RequestIdentity identity, TimeProvider clock)
{
    /// <summary>Makes them, in this order. One that is a part of nothing and has no place of its own takes one statement.</summary>
    /// <param name="requests">What is to be made.</param>
    /// <param name="path">The field of the caller's JSON that holds them, for errors; null: it is one, and the whole body.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="source">How they come to be; null: as the caller says by being who it is.</param>
    /// <exception cref="RefusedException">Any of them can't be made.</exception>
    public async Task<IReadOnlyList<TodoItem>> MakeAsync(IReadOnlyList<NewTodo> requests, string? path, CancellationToken cancellationToken, TodoSource? source = null)
    {
        var (me, now) = (identity.UserId, clock.GetTimestamptz());
        var errors = new List<FieldError>();
        var todos = new TodoItem[requests.Count];
        for (var i = 0; i < todos.Length; i++)
        {
            // A microsecond apart, which is what ids and places tell apart.
            var found = new List<FieldError>();
            todos[i] = TodoFields.Make(requests[i], identity.Caller, now.AddMicroseconds(i), found, source);
            errors.AddRange(found.Select(error => At(path, i, error)));
        }

        var strangers = await TodoFields.FindStrangersAsync(tenant, [.. todos.SelectMany(todo => todo.AssigneeIds).Distinct()], cancellationToken);
        errors.AddRange(todos.SelectMany((todo, i) => todo.AssigneeIds.Intersect(strangers).Select(stranger => At(path, i, TodoFields.NoSuchPerson(stranger)))));
        if (todos is [{ ParentId: null } only] && requests[0].Position is null)
        {
            TodoFields.Require(errors);
            await InsertAsync(only, cancellationToken);
            return todos;
        }

        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await FindListsAsync(requests, todos, path, me, errors, cancellationToken);
        var unknown = await TagStatements.HoldAsync(tenant, [.. todos.SelectMany(todo => todo.TagIds).Distinct()], cancellationToken);
        errors.AddRange(todos.SelectMany((todo, i) => todo.TagIds.Intersect(unknown).Select(tag => At(path, i, TodoFields.NoSuchTag(tag)))));
        TodoFields.Require(errors);
        if (todos.Any(todo => todo.ListId == me))
        {
            await Inbox.EnsureAsync(tenant, me, now, cancellationToken);
        }

        if (todos.Any(todo => todo.ParentId is not null))
        {
            await TodoTree.LockAsync(tenant, todos.Where(todo => todo.ParentId is not null).Select(todo => todo.ListId!.Value).Distinct(), cancellationToken);
            foreach (var (parent, list, id) in todos.Where(todo => todo.ParentId is not null).Select(todo => (todo.ParentId!.Value, todo.ListId!.Value, todo.Id)).DistinctBy(one => one.Item1))
            {
                await TodoTree.RequirePlaceAsync(tenant, parent, list, id, height: 1, cancellationToken);
            }
        }

        for (var i = 0; i < todos.Length; i++)
        {
            if (requests[i].Position is { } position)
            {
                todos[i].Position = await TodoOrder.PlaceAsync(tenant, todos[i], position, now, cancellationToken);
            }

            // One after the other only if the next may be put beside this one.
            tenant.Todos.Add(todos[i]);
            if (i + 1 < todos.Length && requests[i + 1].Position is not null)
            {
                await SaveAsync(cancellationToken);
            }
        }

        await SaveAsync(cancellationToken);
        if (todos.Any(todo => todo.AssigneeIds.Any(person => person != me)))
        {
            await NotificationStatements.AddAssignedAsync(tenant, me, [.. todos.Select(todo => todo.Id)], people: null, id: null, now, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return todos;
    }

    /// <summary>Stores one that is a part of nothing.</summary>
    /// <exception cref="RefusedException">Its list is none in which the caller may write, or it has a tag that there is not.</exception>
    public async Task InsertAsync(TodoItem todo, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        for (var attempt = 1; !await TodoStatements.TryInsertAsync(tenant, me, todo, cancellationToken); attempt++)
        {
            await ListAccess.RequireWritableAsync(tenant, me, [todo.ListId!.Value], cancellationToken);
            TodoFields.Require([.. (await TagStatements.FindUnknownAsync(tenant, todo.TagIds, cancellationToken)).Select(TodoFields.NoSuchTag)]);
            if (attempt > 1)
            {
                throw RefusedException.Conflict("Others change this list at this moment. Try again.");
            }

            if (todo.ListId == me)
            {
                await Inbox.EnsureAsync(tenant, me, todo.CreatedAt, cancellationToken);
            }
        }
    }

    // A part is in the list of what it is a part of. Then each list is one in which the caller may write.
    private async Task FindListsAsync(
        IReadOnlyList<NewTodo> requests, TodoItem[] todos, string? path, Guid me, List<FieldError> errors, CancellationToken cancellationToken)
    {
        Guid[] parents = [.. todos.Select(todo => todo.ParentId).OfType<Guid>().Distinct()];
        var lists = parents.Length == 0 ? [] : await ListAccess.Todos(tenant, me, ListRight.Read).Where(todo => parents.Contains(todo.Id))
            .Select(todo => new { todo.Id, todo.ListId }).ToDictionaryAsync(todo => todo.Id, todo => todo.ListId, cancellationToken);
        for (var i = 0; i < todos.Length; i++)
        {
            if (todos[i].ParentId is not { } parent)
            {
                continue;
            }

            if (!lists.TryGetValue(parent, out var list))
            {
                errors.Add(At(path, i, TodoFields.NoSuchWhole));
            }
            else if (list is null)
            {
                errors.Add(At(path, i, TodoFields.WholeInNoList));
            }
            else if (requests[i].ListId is { } named && named != list)
            {
                errors.Add(At(path, i, TodoFields.OtherListThanWhole));
            }
            else
            {
                todos[i].ListId = list;
            }
        }

        if (errors.Count == 0)
        {
            await RequireWritableAsync(todos, path, me, errors, cancellationToken);
        }
    }

    // One todo is refused as any; among several each is named.
    private async Task RequireWritableAsync(TodoItem[] todos, string? path, Guid me, List<FieldError> errors, CancellationToken cancellationToken)
    {
        Guid[] lists = [.. todos.Select(todo => todo.ListId!.Value).Distinct()];
        if (path is null)
        {
            await ListAccess.RequireWritableAsync(tenant, me, lists, cancellationToken);
            return;
        }

        var writable = await ListAccess.Lists(tenant, me, ListRight.Write).Where(list => lists.Contains(list.Id) && list.ArchivedAt == null).Select(list => list.Id).ToListAsync(cancellationToken);
        errors.AddRange(todos.Select((todo, i) => (List: todo.ListId!.Value, Index: i)).Where(one => one.List != me && !writable.Contains(one.List))
            .Select(one => At(path, one.Index, new("listId", "There is no list with this id in which you may write now."))));
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw RefusedException.Conflict("Somebody deleted the list, or what this was to be a part of, meanwhile.");
        }
    }

    private static FieldError At(string? path, int index, FieldError error) => path is null ? error : error with { Field = $"{path}[{index}].{error.Field}" };
}
