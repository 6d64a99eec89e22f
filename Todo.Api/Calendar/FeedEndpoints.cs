using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Edge;
using Todo.Api.Errors;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Traffic;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Calendar;

/// <summary>Calendars for programs that subscribe to an address (RFC 5545), and the addresses. Programs send no header of ours, so the address is the secret, and says the tenant.</summary>
internal static class FeedEndpoints
{
    public static void MapCalendarFeeds(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/me/calendar-feeds").WithTags("Calendar").RequireSignIn().ExplainRefusals();
        group.MapPost("/", CreateAsync).WithoutIdempotencyKey(WithoutIdempotencyKey.Secret).WithName("CreateCalendarFeed").WithSummary("Make an address for a calendar program")
            .WithDescription("The address is shown this once. Whoever has it sees what its maker may see at the time, until it is revoked.");
        group.MapGet("/", ListAsync).WithName("ListCalendarFeeds").WithSummary("List one's addresses for calendar programs").WithDescription("Oldest first, those that were revoked too.");
        group.MapDelete("/{id:guid}", RevokeAsync).WithName("RevokeCalendarFeed").WithSummary("Revoke an address").WithDescription("Every replica refuses it within a second. Revoking it again changes nothing.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/calendar/{token}.ics", ReadAsync).AllowAnonymous().LimitRate("calendar").ExplainRefusals().WithTags("Calendar").WithName("ReadCalendarFeed").WithSummary("Read a calendar by its address")
            .WithDescription("For calendar programs: todos with a start or due as events, with their rules. Honours If-None-Match.")
            .Produces<string>(StatusCodes.Status200OK, FeedText.ContentType).Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Created<CalendarFeedCreated>> CreateAsync(
        NewCalendarFeed request, HttpRequest http, RequestIdentity identity, TenantDbContext tenant, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        identity.Require(Permission.TodosRead);
        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(identity.Schema.TenantId, out var text);
        var feed = new CalendarFeed
        {
            Id = SortableId.At(now),
            Name = request.Name,
            Hash = token.Hash,
            AssignedOnly = request.AssignedOnly,
            CreatedBy = identity.UserId,
            CreatedAt = now,
        };
        tenant.CalendarFeeds.Add(feed);
        audit.Add(tenant, "calendar_feed.created", AuditSubject.Of(feed));
        await tenant.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/me/calendar-feeds/{feed.Id}", new CalendarFeedCreated(feed.Id, $"{http.Scheme}://{http.Host}/calendar/{Bearer.CalendarPrefix}{text}.ics"));
    }

    private static async Task<PageResult<CalendarFeedResponse>> ListAsync(
        HttpContext context, RequestIdentity identity, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var (me, after) = (identity.UserId, cursor?.After ?? Guid.Empty);
        var rows = await tenant.CalendarFeeds.Where(feed => feed.CreatedBy == me && feed.Id > after).OrderBy(feed => feed.Id)
            .Select(feed => new CalendarFeedResponse(feed.Id, feed.Name, feed.AssignedOnly, feed.CreatedAt, feed.LastUsedAt, feed.RevokedAt)).Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, feed => feed.Id, ApiJson.Default.PageCalendarFeedResponse, context);
    }

    private static async Task<NoContent> RevokeAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, FeedDirectory feeds, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var feed = await tenant.CalendarFeeds.AsNoTracking().SingleOrDefaultAsync(one => one.Id == id && one.CreatedBy == me, cancellationToken)
            ?? throw RefusedException.NotFound("There is no such address of yours.");
        await Revocation.RevokeAsync(tenant, feed, AuditSubject.Of(feed), audit, clock.GetTimestamptz(), cancellationToken);
        await feeds.ForgetAsync(identity.Schema.TenantId, feed.Hash);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> ReadAsync(
        string token, HttpContext context, TenantAdmission admission, FeedDirectory feeds, IDbContextFactory<TenantDbContext> contexts, LastUses uses, TimeProvider clock, CancellationToken cancellationToken)
    {
        // What stands for it in the path says nothing.
        _ = token;
        var admitted = await admission.AdmitAsync(context.Request, SecretPaths.TokenOf(context), feeds.FindAsync);
        if (admitted.Refusal is { } refusal)
        {
            // A program that is told 401 asks its person for a password, which there is not.
            throw refusal.StatusCode == StatusCodes.Status401Unauthorized ? RefusedException.NotFound("There is no calendar at this address, or not any more.") : new RefusedException(refusal.StatusCode, refusal.Detail!);
        }

        var (feed, now) = (admitted.Caller!, clock.GetTimestamptz());
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(admitted.Tenant!.Schema);
        var text = await FeedText.WriteAsync(tenant, feed, now, cancellationToken);
        uses.Note(admitted.Tenant.Id, ActorKind.CalendarFeed, feed.Id);
        var tag = EntityTag.Of(text);
        EntityTag.Show(context, tag);
        context.Response.Headers.CacheControl = "private, no-cache";
        return context.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Any(known => known == tag || known == "W/" + tag || known == "*")
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Text(text, FeedText.ContentType + "; charset=utf-8");
    }
}
