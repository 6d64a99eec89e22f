using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Notifications;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.Tags;
using Todo.Api.Versions;
using Todo.Api.Work;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>Changes todos, and moves them with their parts.</summary>
internal sealed class TodoChanging(TenantDbContext tenant, RequestIdentity identity, TimeProvider clock)
{
    /// <summary>Changes one, at a version that the caller accepts.</summary>
    /// <exception cref="RefusedException">It can't be changed so.</exception>
    public Task<TodoItem> ChangeAsync(Guid id, TodoChange change, HttpContext context, CancellationToken cancellationToken) =>
        RepeatAsync(id, context, (todo, now) => ApplyAsync(todo, change, now, cancellationToken), change.NeedsTransaction, cancellationToken);

    /// <summary>Changes one without a look at anything else, at a version that the caller accepts.</summary>
    /// <param name="id">The todo.</param>
    /// <param name="context">The request, with what the caller has seen.</param>
    /// <param name="edit">The change.</param>
    /// <param name="tells">Whether the change may be one that others are told of.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="RefusedException">It can't be changed.</exception>
    public Task<TodoItem> EditAsync(Guid id, HttpContext context, Action<TodoItem, DateTimeOffset> edit, bool tells, CancellationToken cancellationToken) => RepeatAsync(
        id,
        context,
        (todo, now) =>
        {
            edit(todo, now);
            return Task.CompletedTask;
        },
        tells,
        cancellationToken);

    /// <summary>The same for what reads more than the todo.</summary>
    /// <exception cref="RefusedException">It can't be changed.</exception>
    public Task<TodoItem> EditAsync(Guid id, HttpContext context, Func<TodoItem, DateTimeOffset, Task> edit, CancellationToken cancellationToken) =>
        RepeatAsync(id, context, edit, needsTransaction: true, cancellationToken);

    private Task<TodoItem> RepeatAsync(Guid id, HttpContext context, Func<TodoItem, DateTimeOffset, Task> change, bool needsTransaction, CancellationToken cancellationToken) =>
        VersionedChange.RepeatAsync(tenant, "todo", async () =>
        {
            try
            {
                if (!needsTransaction)
                {
                    return await TryAsync(id, context, change, cancellationToken);
                }

                await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
                var todo = await TryAsync(id, context, change, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return todo;
            }
            catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
            {
                throw RefusedException.Conflict("Somebody deleted the list, or what this was to be a part of, meanwhile.");
            }
            catch (DbUpdateException exception) when (OccurrenceChanging.IsRace(exception))
            {
                throw new DbUpdateConcurrencyException("Somebody changed the same occurrence.", exception);
            }
        });

    private async Task<TodoItem> TryAsync(Guid id, HttpContext context, Func<TodoItem, DateTimeOffset, Task> change, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var todo = await ListAccess.Todos(tenant, identity.UserId, ListRight.Write).SingleOrDefaultAsync(one => one.Id == id, cancellationToken)
            ?? throw await TodoEndpoints.ExplainAsync(id, context, identity, tenant, cancellationToken);
        EntityTag.Check(context, EntityTag.Of(todo.Version));
        var (state, wasCompleted, wereAssigned) = (todo.State, todo.CompletedAt is not null, todo.AssigneeIds);
        await change(todo, now);
        if (tenant.ChangeTracker.HasChanges())
        {
            (todo.Version, todo.UpdatedAt) = (todo.Version + 1, now);
            tenant.WorkEntries.AddRange(WorkChanges.Follow(todo, state, wereAssigned, wasCompleted, identity.UserId, now));
            await tenant.SaveChangesAsync(cancellationToken);
            await TellAsync(todo, wasCompleted, wereAssigned, now, cancellationToken);
        }

        return todo;
    }

    private async Task TellAsync(TodoItem todo, bool wasCompleted, Guid[] wereAssigned, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        if (todo.AssigneeIds.Except(wereAssigned).Any(person => person != me))
        {
            await NotificationStatements.AddAssignedAsync(tenant, me, [todo.Id], [.. todo.AssigneeIds.Except(wereAssigned)], SortableId.At(now), now, cancellationToken);
        }

        if (todo.CompletedAt is not null && !wasCompleted)
        {
            await WorkStatements.FollowCompletionAsync(tenant, me, todo.Id, SortableId.At(now), now, cancellationToken);
        }
    }

    private async Task ApplyAsync(TodoItem todo, TodoChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (before, tagsBefore, errors) = (todo.AssigneeIds, todo.TagIds, new List<FieldError>());
        if (TodoFields.Apply(todo, change, errors))
        {
            // What was moved or left out was so of the series before; what was done stays done.
            tenant.RemoveRange(await tenant.Occurrences.Where(one => one.TodoId == todo.Id && one.CompletedAt == null).ToListAsync(cancellationToken));
        }

        errors.AddRange((await TodoFields.FindStrangersAsync(tenant, [.. todo.AssigneeIds.Except(before)], cancellationToken)).Select(TodoFields.NoSuchPerson));

        // Those that it had are looked after by its version.
        errors.AddRange((await TagStatements.HoldAsync(tenant, [.. todo.TagIds.Except(tagsBefore)], cancellationToken)).Select(TodoFields.NoSuchTag));
        TodoFields.Require(errors);
        if (change.IsMove)
        {
            await MoveAsync(todo, change, identity.UserId, now, cancellationToken);
        }

        if (change.Has(nameof(change.Position)))
        {
            todo.Position = await TodoOrder.PlaceAsync(tenant, todo, change.Position, now, cancellationToken);
        }
    }

    private async Task MoveAsync(TodoItem todo, TodoChange change, Guid me, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (from, wasPartOf) = (todo.ListId, todo.ParentId);
        var to = change.Has(nameof(change.ListId)) ? change.ListId ?? me : from;
        var parent = change.Has(nameof(change.ParentId)) ? change.ParentId : to == from ? wasPartOf : null;
        if (parent is { } whole)
        {
            var list = await ListOfAsync(whole, me, cancellationToken);
            if (change.Has(nameof(change.ListId)) && to != list)
            {
                throw TodoFields.Refused(TodoFields.OtherListThanWhole);
            }

            to = list;
        }

        if (to is { } target && to != from)
        {
            if (target == me)
            {
                await Inbox.EnsureAsync(tenant, me, now, cancellationToken);
            }

            await ListAccess.RequireWritableAsync(tenant, me, [target], cancellationToken);
        }

        if (to == from && parent == wasPartOf)
        {
            return;
        }

        await TodoTree.LockAsync(tenant, new[] { from, to }.OfType<Guid>().Distinct(), cancellationToken);
        if (parent is { } container)
        {
            await TodoTree.RequirePlaceAsync(tenant, container, to!.Value, todo.Id, await TodoTree.HeightAsync(tenant, todo.Id, cancellationToken), cancellationToken);
        }

        if (to != from)
        {
            await TodoTree.MovePartsAsync(tenant, todo.Id, from, to!.Value, now, cancellationToken);
            todo.Position = OrderKey.AtEnd(now);
        }

        (todo.ListId, todo.ParentId) = (to, parent);
    }

    private async Task<Guid> ListOfAsync(Guid parent, Guid me, CancellationToken cancellationToken)
    {
        var found = await ListAccess.Todos(tenant, me, ListRight.Read).Where(one => one.Id == parent).Select(one => new { one.ListId }).SingleOrDefaultAsync(cancellationToken);
        return found is null ? throw TodoFields.Refused(TodoFields.NoSuchWhole) : found.ListId ?? throw TodoFields.Refused(TodoFields.WholeInNoList);
    }
}
