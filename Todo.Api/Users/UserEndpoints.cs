using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Mail;
using Todo.Api.Paging;
using Todo.Api.Settings;
using Todo.Api.Versions;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Users;

internal static class UserEndpoints
{
    private static readonly Func<TenantDbContext, Guid, int, IAsyncEnumerable<UserResponse>> Rows = EF.CompileAsyncQuery(
        (TenantDbContext tenant, Guid after, int count) =>
            (from user in tenant.Users
             join role in tenant.Roles on user.RoleId equals role.Id
             where user.Id > after && user.DeletedAt == null
             orderby user.Id
             select new UserResponse(
                 user.Id, user.Email, user.Name, role.Name, role.Id, user.IsActive, user.Language, user.TimeZone, user.CreatedAt, user.VerifiedAt, user.ApprovedAt, user.LastSignInAt, user.DeletedAt)).Take(count));

    public static void AddUsers(this IServiceCollection services)
    {
        services.AddScoped<PeopleChanges>();
        services.AddScoped<FirstPassword>();
        services.AddSingleton<AccountLimit>();
    }

    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/users").WithTags("People").ExplainRefusals();
        group.MapGet("/", ListAsync).RequirePermission(Permission.UsersRead).WithName("ListUsers").WithSummary("List the tenant's people").WithDescription("Oldest first, without those who are deleted.");
        group.MapGet("/table", TableAsync).RequirePermission(Permission.UsersRead).WithName("SearchUsers").WithSummary("Search the tenant's people")
            .WithDescription($"A page at a time, with the total. search looks into names and addresses; state is one of {string.Join(", ", Enum.GetNames<UserState>())}, and without it come all but the deleted; {UserSort.Rule}")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/count", CountAsync).RequirePermission(Permission.UsersRead).WithName("CountUsers").WithSummary("Count the tenant's people");
        group.MapGet("/{id:guid}", GetAsync).RequirePermission(Permission.UsersRead).WithName("GetUser").WithSummary("Show one person").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("/{id:guid}", ChangeAsync).RequireSignIn().WithName("ChangeUser").WithSummary("Change a person")
            .WithDescription("One's own name, language and time zone; anybody's, and roles, with the permission users.write. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        group.MapInvitations();
        group.MapUserLifecycle();
        group.MapUserFiles();
    }

    /// <summary>What an edit may change, as its version.</summary>
    public static string Tag(UserResponse user) => EntityTag.Of(user.Id, user.Email, user.Name, user.RoleId, user.Language, user.TimeZone, user.State);

    /// <summary>One person as shown; null if there is none.</summary>
    public static Task<UserResponse?> FindAsync(TenantDbContext tenant, Guid id, CancellationToken cancellationToken) =>
        UserResponse.Of(tenant.Users.Where(user => user.Id == id), tenant.Roles).SingleOrDefaultAsync(cancellationToken);

    /// <summary>One person as shown, and its version in the answer's header.</summary>
    public static async Task<UserResponse> ShowAsync(HttpContext context, TenantDbContext tenant, Guid id, CancellationToken cancellationToken)
    {
        var user = await FindAsync(tenant, id, cancellationToken) ?? throw RefusedException.NotFound("There is no such person.");
        EntityTag.Show(context, Tag(user));
        return user;
    }

    private static async Task<PageResult<UserResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var rows = await Rows(tenant, cursor?.After ?? Guid.Empty, limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, user => user.Id, ApiJson.Default.PageUserResponse, context);
    }

    private static async Task<Ok<UserTable>> TableAsync(
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [StringLength(200)] string? search = null,
        UserState? state = null,
        Guid? role = null,
        UserSort? sort = null,
        [Range(1, 1_000_000)] int page = 1,
        [Range(1, Page.MaxLimit)] int size = Page.DefaultLimit)
    {
        var users = state is { } one ? tenant.Users.Where(UserResponse.Are(one)) : tenant.Users.Where(user => user.DeletedAt == null);
        users = role is null ? users : users.Where(user => user.RoleId == role);
        if (!string.IsNullOrWhiteSpace(search))
        {
            var pattern = LikePattern.Containing(search);
            users = users.Where(user => EF.Functions.ILike(user.Name, pattern, "\\") || EF.Functions.ILike(user.Email, pattern, "\\"));
        }

        var total = await users.CountAsync(cancellationToken);

        // The page is cut out before the join, whose result has no order of its own: so it is put in order again here.
        var wanted = await (sort ?? default).Apply(users).Skip((page - 1) * size).Take(size).Select(user => user.Id).ToListAsync(cancellationToken);
        var rows = await UserResponse.Of(tenant.Users.Where(user => wanted.Contains(user.Id)), tenant.Roles).ToDictionaryAsync(user => user.Id, cancellationToken);
        return TypedResults.Ok(new UserTable([.. wanted.Where(rows.ContainsKey).Select(id => rows[id])], page, size, total));
    }

    private static async Task<Ok<UserCount>> CountAsync(TenantDbContext tenant, CancellationToken cancellationToken) => TypedResults.Ok(await tenant.Users
        .GroupBy(_ => 1)
        .Select(users => new UserCount(
            users.Count(user => user.DeletedAt == null),
            users.Count(user => user.DeletedAt != null),
            users.Count(user => user.DeletedAt == null && !user.IsActive && user.ApprovedAt == null)))
        .SingleAsync(cancellationToken));

    private static async Task<Ok<UserResponse>> GetAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ShowAsync(context, tenant, id, cancellationToken));

    private static async Task<Ok<UserResponse>> ChangeAsync(
        Guid id, UserChange request, HttpContext context, RequestIdentity identity, PeopleChanges changes, CancellationToken cancellationToken)
    {
        await using var change = await changes.BeginAsync(cancellationToken);
        if (id != identity.UserId || request.RoleId is not null)
        {
            change.Caller.Require(Permission.UsersWrite);
        }

        var user = await change.FindAsync(id, cancellationToken);
        var before = (await FindAsync(change.Tenant, id, cancellationToken))!;
        EntityTag.Check(context, Tag(before));
        if (request.RoleId is { } role && role != user.RoleId)
        {
            await RequireRoleAsync(change, role, cancellationToken);
            await change.RequireAnotherOwnerAsync(user, cancellationToken);
            user.RoleId = role;

            // Who changes the own role knows.
            if (id != identity.UserId && (await SettingValues.WhereAsync(change.Tenant, [id], KnownSettings.RoleChanged, KnownSettings.ByMail, cancellationToken)).Count > 0)
            {
                change.Mail(id, MailTemplate.RoleChanged);
            }
        }

        user.Name = request.Name ?? user.Name;
        user.Language = request.Language ?? user.Language;
        user.TimeZone = request.TimeZone ?? user.TimeZone;
        await change.Tenant.SaveChangesAsync(cancellationToken);

        var after = await ShowAsync(context, change.Tenant, id, cancellationToken);
        var details = new JsonObject();
        Compare(details, "name", before.Name, after.Name);
        Compare(details, "role", before.Role, after.Role);
        Compare(details, "language", before.Language, after.Language);
        Compare(details, "timeZone", before.TimeZone, after.TimeZone);
        if (details.Count > 0)
        {
            change.Record("user.changed", AuditSubject.Of(user), details);
            change.RefreshSessions(id);
        }

        await change.CommitAsync(cancellationToken);
        return TypedResults.Ok(after);
    }

    /// <summary>Checks that there is such a role and that the caller may give it.</summary>
    public static async Task RequireRoleAsync(PeopleChange change, Guid role, CancellationToken cancellationToken)
    {
        if (!await change.Tenant.Roles.AnyAsync(one => one.Id == role, cancellationToken))
        {
            throw RefusedException.Invalid("There is no role with this roleId.");
        }

        await change.Caller.RequireReachAsync(change.Tenant, role, cancellationToken);
    }

    private static void Compare(JsonObject details, string field, string before, string after)
    {
        if (before != after)
        {
            details[field] = new JsonObject { ["from"] = before, ["to"] = after };
        }
    }
}
