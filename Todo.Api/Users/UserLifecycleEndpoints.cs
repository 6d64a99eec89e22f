using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Mail;
using Todo.Api.Todos;
using Todo.Api.Work;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

/// <summary>Letting people in and out, and deleting them: first so that they can be restored, then for good.</summary>
internal static class UserLifecycleEndpoints
{
    public static void MapUserLifecycle(this RouteGroupBuilder users)
    {
        Describe(users.MapPost("/{id:guid}/activate", ActivateAsync)).WithName("ActivateUser").WithSummary("Let somebody in")
            .WithDescription("For whoever waits for approval, who gets a mail that says so, and for whoever was deactivated.");
        Describe(users.MapPost("/{id:guid}/deactivate", DeactivateAsync)).WithName("DeactivateUser").WithSummary("Keep somebody out")
            .WithDescription("Ends all sessions.");
        Describe(users.MapPost("/{id:guid}/restore", RestoreAsync)).WithName("RestoreUser").WithSummary("Restore somebody who was deleted");
        Describe(users.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteUser").WithSummary("Delete somebody")
            .WithDescription("Ends all sessions; the account can be restored. With force=true it is gone for good, along with keys, links and memberships of groups. "
                + "Todos and lists stay: reassignTo names the person who has them from then on, and without it somebody with any is not deleted for good.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.RequirePermission(Permission.UsersWrite)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<Ok<UserResponse>> ActivateAsync(Guid id, HttpContext context, PeopleChanges changes, AccountLimit limit, CancellationToken cancellationToken)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var user = await FindUndeletedAsync(change, id, cancellationToken);
        if (!user.IsActive)
        {
            await limit.RequireRoomAsync(change, 0, cancellationToken);
            var isApproval = user.ApprovedAt is null;
            (user.IsActive, user.ApprovedAt) = (true, user.ApprovedAt ?? change.Now);
            if (isApproval)
            {
                change.Mail(id, MailTemplate.Approved);
            }

            change.Record(isApproval ? "user.approved" : "user.activated", AuditSubject.Of(user));
        }

        return await SaveAsync(change, context, id, cancellationToken);
    }

    private static async Task<Ok<UserResponse>> DeactivateAsync(Guid id, HttpContext context, PeopleChanges changes, CancellationToken cancellationToken)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var user = await FindUndeletedAsync(change, id, cancellationToken);
        if (user.IsActive)
        {
            await change.RequireAnotherOwnerAsync(user, cancellationToken);

            // Nobody who is out is taken for somebody who waits.
            (user.IsActive, user.ApprovedAt) = (false, user.ApprovedAt ?? change.Now);
            await change.EndSessionsAsync(id, cancellationToken);
            change.Record("user.deactivated", AuditSubject.Of(user));
        }

        return await SaveAsync(change, context, id, cancellationToken);
    }

    private static async Task<Ok<UserResponse>> RestoreAsync(Guid id, HttpContext context, PeopleChanges changes, AccountLimit limit, CancellationToken cancellationToken)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var user = await change.FindAsync(id, cancellationToken);
        if (user.DeletedAt is not null)
        {
            await limit.RequireRoomAsync(change, 1, cancellationToken);
            user.DeletedAt = null;
            change.Record("user.restored", AuditSubject.Of(user));
        }

        return await SaveAsync(change, context, id, cancellationToken);
    }

    private static async Task<NoContent> DeleteAsync(Guid id, PeopleChanges changes, CancellationToken cancellationToken, bool force = false, Guid? reassignTo = null)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        change.Caller.Require(Permission.UsersWrite);
        var user = await change.FindAsync(id, cancellationToken);
        if (user.DeletedAt is null)
        {
            await change.RequireAnotherOwnerAsync(user, cancellationToken);
        }

        await change.EndSessionsAsync(id, cancellationToken);
        if (force)
        {
            var todos = await HandOverAsync(change, user, reassignTo, cancellationToken);
            await RemoveAsync(change, user, cancellationToken);
            change.Record("user.deleted_for_good", AuditSubject.Of(user), new JsonObject { ["todos"] = todos, ["reassignedTo"] = reassignTo });
        }
        else if (user.DeletedAt is null)
        {
            user.DeletedAt = change.Now;
            change.Record("user.deleted", AuditSubject.Of(user));
        }

        await change.CommitAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    // Todos and lists are the company's and outlive whoever made them, so they need somebody else's name.
    private static async Task<int> HandOverAsync(PeopleChange change, User user, Guid? heir, CancellationToken cancellationToken)
    {
        var id = user.Id;
        if (heir is null)
        {
            var count = await change.Tenant.Todos.CountAsync(todo => todo.CreatedBy == id || todo.CompletedBy == id, cancellationToken);
            var lists = await change.Tenant.Lists.CountAsync(list => list.OwnerId == id, cancellationToken);
            return count + lists == 0 ? 0 : throw RefusedException.Conflict(
                $"{user.Name} made or completed {count} todos and has {lists} lists, which stay. Name the person who has them from then on: reassignTo=<id>.",
                new Dictionary<string, object?> { ["todos"] = count, ["lists"] = lists });
        }

        if (heir == id || !await change.Tenant.Users.AnyAsync(other => other.Id == heir && other.DeletedAt == null, cancellationToken))
        {
            throw RefusedException.Invalid("reassignTo names nobody else in this tenant.");
        }

        var made = await change.Tenant.Todos.Where(todo => todo.CreatedBy == id).ExecuteUpdateAsync(
            todo => todo.SetProperty(t => t.CreatedBy, heir.Value).SetProperty(t => t.Version, t => t.Version + 1), cancellationToken);
        await change.Tenant.Todos.Where(todo => todo.CompletedBy == id).ExecuteUpdateAsync(
            todo => todo.SetProperty(t => t.CompletedBy, heir).SetProperty(t => t.Version, t => t.Version + 1), cancellationToken);
        await Inbox.HandOverAsync(change.Tenant, id, heir.Value, change.Now, cancellationToken);
        return made;
    }

    private static async Task RemoveAsync(PeopleChange change, User user, CancellationToken cancellationToken)
    {
        var (id, email, tenantId) = (user.Id, user.Email, change.TenantId);
        await change.Catalog.SignIns.Where(signIn => signIn.Email == email && signIn.TenantId == tenantId).ExecuteDeleteAsync(cancellationToken);
        await change.Catalog.OutgoingMail.Where(mail => mail.TenantId == tenantId && mail.UserId == id).ExecuteDeleteAsync(cancellationToken);
        await change.Tenant.SignInEntries.Where(entry => entry.UserId == id).ExecuteDeleteAsync(cancellationToken);
        await TodoStatements.UnassignAsync(change.Tenant, id, change.Now, cancellationToken);
        await WorkStatements.EndAllOfAsync(change.Tenant, id, change.Now, cancellationToken);
        change.Tenant.Users.Remove(user);
        try
        {
            await change.Tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation })
        {
            throw RefusedException.Conflict($"{user.Name} made a todo just now. Try again.");
        }
    }

    private static async Task<User> FindUndeletedAsync(PeopleChange change, Guid id, CancellationToken cancellationToken)
    {
        var user = await change.FindAsync(id, cancellationToken);
        return user.DeletedAt is null ? user : throw RefusedException.Conflict($"{user.Name} is deleted. Restore the account first.");
    }

    private static async Task<Ok<UserResponse>> SaveAsync(PeopleChange change, HttpContext context, Guid id, CancellationToken cancellationToken)
    {
        await change.Tenant.SaveChangesAsync(cancellationToken);
        var shown = await UserEndpoints.ShowAsync(context, change.Tenant, id, cancellationToken);
        await change.CommitAsync(cancellationToken);
        return TypedResults.Ok(shown);
    }
}
