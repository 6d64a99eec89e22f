using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Audit;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.ApiKeys;

/// <summary>Keys with which machines call the API for the person who made them.</summary>
internal static class ApiKeyEndpoints
{
    public static void AddApiKeys(this WebApplicationBuilder builder) => builder.Services.AddSingleton<ApiKeyDirectory>();

    public static void MapApiKeys(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api-keys").WithTags("Keys for machines").RequirePermission(Permission.ApiKeysManage);
        group.MapPost("/", CreateAsync).WithoutIdempotencyKey(WithoutIdempotencyKey.Secret).WithName("CreateApiKey").WithSummary("Make a key for a machine")
            .WithDescription("The key is shown this once. It may do of the given permissions those that you hold at the time of each call, and ends with your account.")
            .ProducesProblem(StatusCodes.Status403Forbidden);
        group.MapGet("/", ListAsync).WithName("ListApiKeys").WithSummary("List keys").WithDescription("Oldest first, those that have ended too.");
        group.MapDelete("/{id:guid}", RevokeAsync).WithName("RevokeApiKey").WithSummary("Revoke a key").WithDescription("Every replica refuses it within a second. Revoking it again changes nothing.");
    }

    private static async Task<Results<Created<ApiKeyCreated>, ProblemHttpResult>> CreateAsync(
        NewApiKey request, RequestIdentity identity, TenantDbContext tenant, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        var permissions = request.Permissions.Distinct().ToArray();
        if (permissions.Except(identity.Caller.Permissions).ToArray() is { Length: > 0 } missing)
        {
            return TypedResults.Problem($"A key may do no more than who makes it, and you don't hold {string.Join(", ", missing)}.", statusCode: StatusCodes.Status403Forbidden);
        }

        var now = clock.GetTimestamptz();
        var token = AccessToken.Create(identity.Schema.TenantId, out var text);
        var key = new ApiKey
        {
            Id = SortableId.At(now),
            Name = request.Name,
            Hash = token.Hash,
            Permissions = permissions,
            CreatedBy = identity.UserId,
            CreatedAt = now,
            ExpiresAt = now.AddDays(request.Days),
        };
        tenant.ApiKeys.Add(key);
        audit.Add(tenant, "api_key.created", AuditSubject.Of(key), new JsonObject { ["permissions"] = new JsonArray([.. permissions]), ["expiresAt"] = key.ExpiresAt });
        await tenant.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/api-keys/{key.Id}", new ApiKeyCreated(key.Id, Bearer.ApiKeyPrefix + text, key.ExpiresAt));
    }

    private static async Task<PageResult<ApiKeyResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await tenant.ApiKeys.Where(key => key.Id > after).OrderBy(key => key.Id)
            .Select(key => new ApiKeyResponse(key.Id, key.Name, key.Permissions, key.CreatedBy, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.RevokedAt))
            .Take(limit + 1).ToListAsync(cancellationToken);
        return Page.Of(rows, limit, key => key.Id, ApiJson.Default.PageApiKeyResponse, context);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, ApiKeyDirectory keys, AuditLog audit, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await tenant.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, cancellationToken) is not { } key)
        {
            return TypedResults.Problem("There is no such key.", statusCode: StatusCodes.Status404NotFound);
        }

        await Revocation.RevokeAsync(tenant, key, AuditSubject.Of(key), audit, clock.GetTimestamptz(), cancellationToken);
        await keys.ForgetAsync(identity.Schema.TenantId, key.Hash);
        return TypedResults.NoContent();
    }
}
