using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Audit;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Lists;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Guests;

/// <summary>Links to one list, for people without an account. Only somebody who may makes them: there is no way to one without.</summary>
internal static class GuestLinkEndpoints
{
    public static void MapGuestLinks(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/guest-links").WithTags("Guests").RequirePermission(Permission.GuestLinksManage);
        group.MapPost("/", CreateAsync).WithoutIdempotencyKey(WithoutIdempotencyKey.Secret).WithName("CreateGuestLink").WithSummary("Make a link to a list")
            .WithDescription("Answers with the link and its QR code, this once.").ProducesProblem(StatusCodes.Status403Forbidden);
        group.MapGet("/", ListAsync).WithName("ListGuestLinks").WithSummary("List links").WithDescription("Oldest first, those that have ended too.");
        group.MapDelete("/{id:guid}", RevokeAsync).WithName("RevokeGuestLink").WithSummary("Revoke a link").WithDescription("Every replica refuses it within a second. Revoking it again changes nothing.");
    }

    private static async Task<Results<Created<GuestLinkCreated>, ProblemHttpResult>> CreateAsync(
        NewGuestLink request, HttpRequest http, RequestIdentity identity, TenantDbContext tenant, IOptions<GuestOptions> options, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var needed = request.MayWrite ? Permission.TodosWrite : Permission.TodosRead;
        if (!identity.Has(needed))
        {
            return TypedResults.Problem($"A guest may do no more than who makes the link, and you don't hold '{needed}'.", statusCode: StatusCodes.Status403Forbidden);
        }

        var (listId, right) = (request.ListId, request.MayWrite ? ListRight.Write : ListRight.Read);
        if (await ListAccess.Reached(tenant, identity.UserId).Where(reached => reached.List.Id == listId && reached.List.DeletedAt == null)
            .Select(reached => (ListRight?)reached.Right).SingleOrDefaultAsync(cancellationToken) is not { } has)
        {
            return NoSuchList();
        }

        if (has < right)
        {
            return TypedResults.Problem("A guest may do no more than who makes the link, and you may only read this list.", statusCode: StatusCodes.Status403Forbidden);
        }

        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(identity.Schema.TenantId, out var text);
        var link = new GuestLink
        {
            Id = SortableId.At(now),
            ListId = request.ListId,
            Name = request.Name,
            Hash = token.Hash,
            MayWrite = request.MayWrite,
            CreatedBy = identity.UserId,
            CreatedAt = now,
            ExpiresAt = now.AddDays(request.Days),
        };
        tenant.GuestLinks.Add(link);
        audit.Add(tenant, "guest_link.created", AuditSubject.Of(link), new JsonObject { ["listId"] = link.ListId, ["mayWrite"] = link.MayWrite, ["expiresAt"] = link.ExpiresAt });
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { ConstraintName: "guest_links_list_id_fkey" })
        {
            return NoSuchList();
        }

        var secret = Bearer.GuestPrefix + text;
        var page = options.Value.PageUrl ?? new Uri($"{http.Scheme}://{http.Host}{GuestOptions.OwnPage}");
        var url = new UriBuilder(page) { Fragment = secret }.Uri.AbsoluteUri;
        return TypedResults.Created($"/guest-links/{link.Id}", new GuestLinkCreated(link.Id, secret, url, QrCode.Svg(url), QrCode.Png(url), link.ExpiresAt));
    }

    private static async Task<PageResult<GuestLinkResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await tenant.GuestLinks.Where(link => link.Id > after).OrderBy(link => link.Id)
            .Select(link => new GuestLinkResponse(link.Id, link.ListId, link.Name, link.MayWrite, link.CreatedBy, link.CreatedAt, link.ExpiresAt, link.LastUsedAt, link.RevokedAt))
            .Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, link => link.Id, ApiJson.Default.PageGuestLinkResponse, context);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, GuestLinkDirectory links, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await tenant.GuestLinks.AsNoTracking().SingleOrDefaultAsync(link => link.Id == id, cancellationToken) is not { } link)
        {
            return TypedResults.Problem("There is no such link.", statusCode: StatusCodes.Status404NotFound);
        }

        await Revocation.RevokeAsync(tenant, link, AuditSubject.Of(link), audit, clock.GetTimestamptz(), cancellationToken);
        await links.ForgetAsync(identity.Schema.TenantId, link.Hash);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NoSuchList() => TypedResults.Problem("There is no list with this listId.", statusCode: StatusCodes.Status400BadRequest);
}
