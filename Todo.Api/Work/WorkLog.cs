using Microsoft.EntityFrameworkCore;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Occurrences;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Work;

/// <summary>Does what people do with todos, one after the other at each.</summary>
internal sealed class WorkLog(TenantDbContext tenant, RequestIdentity identity, TimeProvider clock)
{
    /// <summary>Does it, and writes it down, at a version that the caller accepts.</summary>
    /// <exception cref="RefusedException">404, 403, 412; 400: nobody of that name. 409: it is not possible now; <c>possible</c> says what is.</exception>
    public async Task<WorkEntry> ActAsync(Guid id, NewWorkEntry request, HttpContext context, CancellationToken cancellationToken)
    {
        var (me, action) = (identity.UserId, request.Action!.Value);
        if (action == WorkAction.Assign && await TodoFields.FindStrangersAsync(tenant, [request.Person!.Value], cancellationToken) is { Count: > 0 })
        {
            throw RefusedException.InvalidField("person", "There is no such person.");
        }

        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        var held = await WorkStatements.HoldAsync(tenant, me, id, cancellationToken) ?? throw await TodoEndpoints.ExplainAsync(id, context, identity, tenant, cancellationToken);
        EntityTag.Check(context, EntityTag.Of(held.Version));
        if (WorkRules.After(held.ToSituation(), action, request.Person ?? me) is not { } after)
        {
            throw NotPossible(held, action, request.Person, me);
        }

        if (action == WorkAction.Assign && held.AssigneeIds.Length >= TodoItem.MaxAssignees)
        {
            throw RefusedException.Conflict($"A todo is assigned to {TodoItem.MaxAssignees} people at most.");
        }

        // Of those who wait for each other, each has a later time than the one before.
        var now = clock.GetTimestamptz();
        if (action == WorkAction.Complete && held.Repeats)
        {
            var todo = await tenant.Todos.SingleAsync(one => one.Id == id, cancellationToken);
            var done = await OccurrenceChanging.CompleteAsync(tenant, me, me, todo, now, cancellationToken, request.Comment);
            await transaction.CommitAsync(cancellationToken);
            EntityTag.Show(context, EntityTag.Of(todo.Version));
            return done;
        }

        var entry = new WorkEntry
        {
            Id = SortableId.At(now),
            TodoId = id,
            ActorId = me,
            PersonId = request.Person,
            Action = action,
            FromState = held.State,
            ToState = after,
            Comment = request.Comment,
            At = now,
        };
        await WorkStatements.WriteAsync(tenant, entry, held, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        EntityTag.Show(context, EntityTag.Of(held.Version + 1));
        return entry;
    }

    private static RefusedException NotPossible(HeldTodo held, WorkAction action, Guid? person, Guid me)
    {
        var possible = WorkRules.Possible(held.ToSituation(), me);
        var why = action switch
        {
            WorkAction.Assign when held.AssigneeIds.Contains(person!.Value) => "It is this person's already.",
            WorkAction.Unassign when possible.Contains(WorkAction.Unassign) => "It is not this person's.",
            WorkAction.Pause when held.State == WorkState.InProgress => "Others are at it; you are not.",
            WorkAction.Start when held.Working.Contains(me) => "You are at it already.",
            _ => $"This can't be done while it is {held.State}.",
        };
        return RefusedException.Conflict($"{why} Possible now: {string.Join(", ", possible)}.", new Dictionary<string, object?> { ["possible"] = possible.Select(one => one.ToString()).ToArray() });
    }
}
