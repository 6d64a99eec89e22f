using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Traffic;
using Todo.Data.Access;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Files;

/// <summary>Links to files, for whoever has them: no account, no header, one file, until a time.</summary>
internal static class FileLinkEndpoints
{
    private const string Shown = "its answer has a secret, which is shown once and kept nowhere. If the answer is lost, make another link; the lost one ends by itself.";
    private const string NoLink = "There is no file at this address, or not any more.";

    /// <param name="app">Where.</param>
    /// <param name="files">The files of a todo.</param>
    /// <param name="transfer">How long a file may take.</param>
    public static void MapFileLinks(this IEndpointRouteBuilder app, RouteGroupBuilder files, RequestTimeoutPolicy transfer)
    {
        files.MapPost("/{fileId:guid}/links", CreateAsync).RequirePermission(Permission.TodosWrite).WithoutIdempotencyKey(Shown).WithName("CreateFileLink").WithSummary("Make a link to a file")
            .WithDescription("Whoever has it gets the file, without signing in, until it expires: after minutes, 7 days at most. It is shown this once, and ends with the file, and while the todo is in the trash or the tenant suspended.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/files/{token}", ReadAsync).AllowAnonymous().WithoutTurn().WithMetadata(transfer).AddEndpointFilter(FileEndpoints.ExplainMigrationAsync).ExplainRefusals().WithTags("Files").WithName("ReadFileLink").WithSummary("Get a file by its link")
            .WithDescription("Always to be saved. Honours Range, If-Range and If-None-Match; HEAD works too.")
            .Produces<Stream>(StatusCodes.Status200OK, FileDownload.AnyFile).Produces<Stream>(StatusCodes.Status206PartialContent, FileDownload.AnyFile).Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status416RangeNotSatisfiable)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapMethods("/files/{token}", [HttpMethods.Head], ReadAsync).AllowAnonymous().WithoutTurn().WithMetadata(transfer).AddEndpointFilter(FileEndpoints.ExplainMigrationAsync).ExplainRefusals().ExcludeFromDescription();
    }

    private static async Task<Created<FileLinkCreated>> CreateAsync(
        Guid id,
        Guid fileId,
        NewFileLink request,
        HttpRequest http,
        RequestIdentity identity,
        TenantDbContext tenant,
        FileLinks links,
        AuditLog audit,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var file = await FileRights.Writable(tenant, identity.UserId, id).SingleOrDefaultAsync(one => one.Id == fileId, cancellationToken);
        if (file is null)
        {
            await FileRights.FindAsync(tenant, identity.UserId, id, fileId, cancellationToken);
            await FileRights.RequireWritableAsync(tenant, identity.UserId, id, cancellationToken);
            throw FileRights.NoSuchFile();
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().AddMinutes(request.Minutes).ToUnixTimeSeconds());
        var token = links.Make(identity.Schema.TenantId, fileId, expires);
        audit.Add(tenant, "file_link.created", AuditSubject.Of(file), new() { ["expiresAt"] = expires });
        await tenant.SaveChangesAsync(cancellationToken);
        var url = $"{http.Scheme}://{http.Host}/files/{token}";
        return TypedResults.Created(url, new FileLinkCreated(url, expires));
    }

    private static async Task<IResult> ReadAsync(
        string token,
        HttpContext context,
        TenantAdmission admission,
        FileLinks links,
        IDbContextFactory<TenantDbContext> contexts,
        IFileStorage storage,
        TransferTurns turns,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        // What stands for it in the path says nothing.
        _ = token;
        var admitted = await admission.AdmitByAsync(context.Request, links.Find(context, clock.GetUtcNow()), (link, cancellation) => FindAsync(contexts, link, cancellation));
        if (admitted.Refusal is { } refusal)
        {
            throw refusal.StatusCode == StatusCodes.Status401Unauthorized ? RefusedException.NotFound(NoLink) : new RefusedException(refusal.StatusCode, refusal.Detail!);
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            turns.Take(context, admitted.Tenant!.Id);
        }

        return FileDownload.Of(context, storage, admitted.Tenant!.Id, admitted.Caller!);
    }

    // In the tenant that the link was signed for, and nowhere else.
    private static async ValueTask<StoredFile?> FindAsync(IDbContextFactory<TenantDbContext> contexts, FileLink link, CancellationToken cancellationToken)
    {
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(link.TenantId));
        return await tenant.Files.AsNoTracking().SingleOrDefaultAsync(
            file => file.Id == link.FileId && file.State == FileState.Stored && tenant.Todos.Any(
                todo => todo.Id == file.TodoId && todo.DeletedAt == null && (todo.ListId == null || tenant.Lists.Any(list => list.Id == todo.ListId && list.DeletedAt == null))),
            cancellationToken);
    }
}
