using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Identity;
using Todo.Data.Tenants;

namespace Todo.Api.Accounts;

/// <summary>One of the caller's own sessions.</summary>
/// <param name="Id">Names it, and proves nothing: a part of the hash of its token, 32 hexadecimal digits.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">UTC; if it is not used before.</param>
/// <param name="LastSeenAt">UTC, to about the minute; null: never used.</param>
/// <param name="Address">The network address that signed in; null: unknown.</param>
/// <param name="UserAgent">What signed in, in its own words; null: it didn't say.</param>
/// <param name="IsCurrent">Whether it is the session of this very request.</param>
public sealed record SessionResponse(string Id, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastSeenAt, string? Address, string? UserAgent, bool IsCurrent);

/// <summary>The caller's own sessions.</summary>
/// <param name="Items">The newest first, at most 100.</param>
public sealed record SessionsResponse(IReadOnlyList<SessionResponse> Items);

internal static class SessionEndpoints
{
    private const int MostListed = 100;
    private const int PublicLength = 16;

    public static void MapSessions(this RouteGroupBuilder auth)
    {
        var group = auth.MapGroup("/sessions").RequireSignIn();
        group.MapGet("/", ListAsync).WithName("ListSessions").WithSummary("List your sessions").WithDescription("The newest first.");
        group.MapDelete("/{id}", EndAsync).WithName("EndSession").WithSummary("End one of your sessions").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/", EndOthersAsync).WithName("EndOtherSessions").WithSummary("End all your other sessions").WithDescription("Only the session of this request goes on.");
    }

    /// <summary>What names a session in public: too little of the hash to be looked up by, and none of the token.</summary>
    public static string PublicId(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, PublicLength));

    private static async Task<Ok<SessionsResponse>> ListAsync(RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (me, current, now) = (identity.UserId, identity.Token.Hash, clock.GetUtcNow());
        var sessions = await tenant.Sessions.AsNoTracking().Where(session => session.UserId == me && session.ExpiresAt > now)
            .OrderByDescending(session => session.CreatedAt).Take(MostListed).ToListAsync(cancellationToken);
        return TypedResults.Ok(new SessionsResponse(
        [
            .. sessions.Select(session => new SessionResponse(
                PublicId(session.TokenHash), session.CreatedAt, session.ExpiresAt, session.LastSeenAt, session.Address, session.UserAgent, session.TokenHash.AsSpan().SequenceEqual(current))),
        ]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndAsync(
        string id, RequestIdentity identity, TenantDbContext tenant, OpenSessions openSessions, CancellationToken cancellationToken)
    {
        var me = identity.UserId;
        var mine = await tenant.Sessions.Where(session => session.UserId == me).Select(session => session.TokenHash).ToListAsync(cancellationToken);
        var hash = mine.Find(known => string.Equals(PublicId(known), id, StringComparison.OrdinalIgnoreCase));
        if (hash is null)
        {
            return TypedResults.Problem("You have no such session. GET /auth/sessions lists those you have.", statusCode: StatusCodes.Status404NotFound);
        }

        await tenant.Sessions.Where(session => session.TokenHash == hash).ExecuteDeleteAsync(cancellationToken);
        await openSessions.ForgetAsync(identity.Schema, [hash]);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> EndOthersAsync(RequestIdentity identity, TenantDbContext tenant, OpenSessions openSessions, CancellationToken cancellationToken)
    {
        await openSessions.ForgetAsync(identity.Schema, await OpenSessions.DeleteAsync(tenant, identity.UserId, identity.Token.Hash, cancellationToken));
        return TypedResults.NoContent();
    }
}
