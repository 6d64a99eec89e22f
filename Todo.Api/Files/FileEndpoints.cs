using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Api.Todos;
using Todo.Api.Traffic;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Files on todos. Whoever sees a todo gets its files; whoever may change it sends and deletes them.</summary>
internal static class FileEndpoints
{
    private const string AnyType = "*/*";

    private const string Streamed =
        "the file is not kept until it has come, and a key would need that. Send it again: the same file, with the same name, is on a todo once, and is answered with 200 if it was there.";

    public static void AddFiles(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<FilesOptions>().BindConfiguration(FilesOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<FilesOptions>, FilesOptionsRules>();
        builder.Services.AddSingleton<IFileStorage>(provider => provider.GetRequiredService<IOptions<FilesOptions>>().Value.S3.Bucket is { Length: > 0 }
            ? ActivatorUtilities.CreateInstance<S3FileStorage>(provider)
            : ActivatorUtilities.CreateInstance<LocalFileStorage>(provider));
        builder.Services.AddSingleton<FileRemoval>();
        builder.Services.AddSingleton<FileLinks>();
        builder.Services.AddSingleton<TransferTurns>();
        builder.Services.AddScoped<FileUploading>();
        builder.Services.AddHostedService<FileCleanUp>();
        builder.Services.AddHostedService<OrphanCleanUp>();
    }

    public static void MapFiles(this WebApplication app)
    {
        // An answer that lasts too long is too late for another status; what is sent too slowly gets it.
        var transfer = new RequestTimeoutPolicy { Timeout = app.Services.GetRequiredService<IOptions<FilesOptions>>().Value.TransferTime, TimeoutStatusCode = StatusCodes.Status408RequestTimeout };
        var group = app.MapGroup("/todos/{id:guid}/files").WithTags("Files").AddEndpointFilter(ExplainMigrationAsync).ExplainRefusals().ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/", ListAsync).RequirePermission(Permission.TodosRead).WithName("ListFiles").WithSummary("List the files on a todo").WithDescription("Oldest first.");
        group.MapPost("/", UploadAsync).RequirePermission(Permission.TodosWrite).WithoutIdempotencyKey(Streamed).WithoutTurn().WithMetadata(transfer)
            .WithName("UploadFile").WithSummary("Put a file on a todo")
            .WithDescription("The body is the file, whatever its Content-Type says, and its name is in name or in Content-Disposition; or it is multipart/form-data with one file. What it is, is told by its first bytes. "
                + "With Content-Digest or Repr-Digest (RFC 9530, sha-256) nothing is kept unless that is what came. The same file with the same name is on a todo once: sent again, it is answered with 200.")
            .Accepts<Stream>(AnyType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status408RequestTimeout).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status507InsufficientStorage);
        group.MapGet("/{fileId:guid}", GetAsync).RequirePermission(Permission.TodosRead).WithName("GetFile").WithSummary("Show one file").WithDescription("What is known of it; content has the file itself.");
        group.MapDelete("/{fileId:guid}", DeleteAsync).RequirePermission(Permission.TodosWrite).WithName("DeleteFile").WithSummary("Delete a file").WithDescription("For good; its bytes are free at once.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{fileId:guid}/content", DownloadAsync).RequirePermission(Permission.TodosRead).WithoutTurn().WithMetadata(transfer)
            .WithName("DownloadFile").WithSummary("Get the file itself").WithDescription("Always to be saved. Honours Range, If-Range and If-None-Match; the ETag is the SHA-256.")
            .Produces<Stream>(StatusCodes.Status200OK, FileDownload.AnyFile).Produces<Stream>(StatusCodes.Status206PartialContent, FileDownload.AnyFile).Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status416RangeNotSatisfiable).ProducesProblem(StatusCodes.Status429TooManyRequests);
        app.MapGet("/files/usage", ShowUsageAsync).RequirePermission(Permission.TodosRead).AddEndpointFilter(ExplainMigrationAsync).ExplainRefusals().WithTags("Files")
            .WithName("ShowFileUsage").WithSummary("Show how much all files are, and may be");
        app.MapFileLinks(group, transfer);
    }

    private static async Task<PageResult<FileResponse>> ListAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        CancellationToken cancellationToken,
        [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit,
        Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await FileRights.Readable(tenant, identity.UserId, id).Where(file => file.Id > after).OrderBy(file => file.Id).Take(limit + 1).ToListAsync(cancellationToken);
        if (rows.Count == 0 && !await ListAccess.Todos(tenant, identity.UserId, ListRight.Read).AnyAsync(one => one.Id == id, cancellationToken))
        {
            throw TodoEndpoints.NoSuchTodo();
        }

        return Page.Of(rows.ConvertAll(FileResponse.Of), limit, file => file.Id, ApiJson.Default.PageFileResponse, context);
    }

    private static async Task<Results<Created<FileResponse>, Ok<FileResponse>>> UploadAsync(
        Guid id,
        HttpContext context,
        RequestIdentity identity,
        FileUploading uploading,
        TransferTurns turns,
        IOptions<FilesOptions> options,
        CancellationToken cancellationToken,
        string? name = null)
    {
        turns.Take(context, identity.Schema.TenantId);
        var sent = await SentFile.ReadAsync(context, name, options.Value.MaxFileBytes, cancellationToken);
        var (file, isNew) = await uploading.TakeAsync(id, sent, cancellationToken);
        return isNew ? TypedResults.Created($"/todos/{id}/files/{file.Id}", FileResponse.Of(file)) : TypedResults.Ok(FileResponse.Of(file));
    }

    private static async Task<Ok<FileResponse>> GetAsync(Guid id, Guid fileId, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(FileResponse.Of(await FileRights.FindAsync(tenant, identity.UserId, id, fileId, cancellationToken)));

    private static async Task<NoContent> DeleteAsync(
        Guid id, Guid fileId, RequestIdentity identity, TenantDbContext tenant, FileRemoval removal, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!await FileStatements.DeleteAsync(tenant, identity.UserId, id, fileId, clock.GetTimestamptz(), cancellationToken))
        {
            await FileRights.FindAsync(tenant, identity.UserId, id, fileId, cancellationToken);
            await FileRights.RequireWritableAsync(tenant, identity.UserId, id, cancellationToken);
            throw RefusedException.Conflict("This file is being changed at this moment. Try again.");
        }

        await removal.TryRemoveAsync(tenant, fileId, CancellationToken.None);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> DownloadAsync(
        Guid id, Guid fileId, HttpContext context, RequestIdentity identity, TenantDbContext tenant, IFileStorage storage, TransferTurns turns, CancellationToken cancellationToken)
    {
        var file = await FileRights.FindAsync(tenant, identity.UserId, id, fileId, cancellationToken);
        turns.Take(context, identity.Schema.TenantId);
        return FileDownload.Of(context, storage, identity.Schema.TenantId, file);
    }

    private static async Task<Ok<FileUsageResponse>> ShowUsageAsync(TenantDbContext tenant, IOptions<FilesOptions> options, CancellationToken cancellationToken) =>
        TypedResults.Ok(new FileUsageResponse(
            await tenant.FileUsage.Select(usage => usage.Bytes).SingleAsync(cancellationToken), options.Value.QuotaBytes, options.Value.MaxFileBytes));

    // A tenant at an older version is served all the same, but for its files.
    internal static async ValueTask<object?> ExplainMigrationAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            context.HttpContext.Response.Headers.RetryAfter = Refusal.RetryAfter;
            return TypedResults.Problem("The tenant is being migrated, and can't keep files yet. Try again in a few seconds.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
