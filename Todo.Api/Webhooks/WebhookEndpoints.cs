using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Audit;
using Todo.Api.Errors;
using Todo.Api.Events;
using Todo.Api.Idempotency;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Api.Versions;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Webhooks;

/// <summary>Addresses that are told what happens.</summary>
internal static class WebhookEndpoints
{
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<WebhookOptions>, WebhookOptionsRules>();
        builder.Services.AddSingleton<WebhookSecrets>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<WebhookQueue>();
        builder.Services.AddSingleton<WebhookMetrics>();
        builder.Services.AddSingleton<WebhookService>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<WebhookService>());
    }

    public static void MapWebhooks(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/webhooks").WithTags("Webhooks").ExplainRefusals().RequirePermission(Permission.WebhooksManage);
        group.MapGet("/", ListAsync).WithName("ListWebhooks").WithSummary("List webhooks").WithDescription("Oldest first.");
        group.MapPost("/", CreateAsync).WithoutIdempotencyKey(WithoutIdempotencyKey.Secret).WithName("CreateWebhook").WithSummary("Have an address told what happens")
            .WithDescription("From now on, of what you may know of. The secret, with which its receiver checks Todo-Signature, is shown this once.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        Describe(group.MapGet("/{id:guid}", GetAsync)).WithName("GetWebhook").WithSummary("Show one webhook");
        Describe(group.MapPatch("/{id:guid}", ChangeAsync)).AcceptsMergePatch<WebhookChange>().WithName("ChangeWebhook").WithSummary("Change a webhook, or stop it, or have it told again")
            .WithDescription("A JSON merge patch. What happens while it is stopped it is never told. Honours If-Match.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        Describe(group.MapDelete("/{id:guid}", DeleteAsync)).WithName("DeleteWebhook").WithSummary("Delete a webhook").WithDescription("With all that it was told.");
        Describe(group.MapPost("/{id:guid}/secret", ChangeSecretAsync)).WithoutIdempotencyKey(WithoutIdempotencyKey.Secret).WithName("ChangeWebhookSecret").WithSummary("Give a webhook another secret")
            .WithDescription("Shown this once; what is sent from now on is signed with it.").ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        Describe(group.MapPost("/{id:guid}/test", TestAsync)).WithName("TestWebhook").WithSummary("Try a webhook").WithDescription("Has it told webhook.test, also if it is stopped. How that went is among its deliveries.");
        Describe(group.MapGet("/{id:guid}/deliveries", DeliveriesAsync)).WithName("ListWebhookDeliveries").WithSummary("List what a webhook was told").WithDescription("Newest first, with how it went.");
        Describe(group.MapPost("/{id:guid}/deliveries/{deliveryId:guid}/redeliver", RedeliverAsync)).WithName("RedeliverWebhookDelivery").WithSummary("Tell a webhook something once more")
            .WithDescription("At once, whatever became of it before. One that is pending is tried now.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) => endpoint.ProducesProblem(StatusCodes.Status404NotFound);

    private static WebhookResponse Show(HttpContext context, Webhook webhook)
    {
        EntityTag.Show(context, EntityTag.Of(webhook.Version));
        return WebhookResponse.Of(webhook);
    }

    private static async Task<PageResult<WebhookResponse>> ListAsync(
        HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var after = cursor?.After ?? Guid.Empty;
        var rows = await tenant.Webhooks.Where(webhook => webhook.Id > after).OrderBy(webhook => webhook.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        return Page.Of(rows.ConvertAll(WebhookResponse.Of), limit, webhook => webhook.Id, ApiJson.Default.PageWebhookResponse, context);
    }

    private static async Task<Created<WebhookSecretResponse>> CreateAsync(
        NewWebhook request,
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        WebhookSender sender,
        WebhookSecrets secrets,
        AuditLog audit,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        RequireUrl(sender, request.Url);
        var now = clock.GetTimestamptz();
        var webhook = new Webhook
        {
            Id = SortableId.At(now),
            Name = request.Name.Trim(),
            Url = request.Url,
            Kinds = request.Kinds ?? [],
            Salt = WebhookSecrets.NewSalt(),
            Position = 0,
            CreatedBy = identity.UserId,
            CreatedAt = now,
        };
        var secret = secrets.Of(identity.Schema.TenantId, webhook);
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);

        // First: who makes one at the same time waits here, and counts this one.
        await WebhookService.RegisterAsync(tenant, cancellationToken);
        if (await tenant.Webhooks.CountAsync(cancellationToken) >= Webhook.MaxPerTenant)
        {
            throw RefusedException.Conflict($"There are {Webhook.MaxPerTenant} webhooks, which is the most. Delete one first.");
        }

        await EventOrder.PlaceAsync(tenant, cancellationToken);
        webhook.Position = await EventOrder.HeadAsync(tenant, cancellationToken);
        tenant.Webhooks.Add(webhook);
        audit.Add(tenant, "webhook.created", Subject(webhook), new JsonObject { ["url"] = webhook.Url });
        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Created($"/webhooks/{webhook.Id}", new WebhookSecretResponse(Show(context, webhook), secret));
    }

    private static async Task<Ok<WebhookResponse>> GetAsync(Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken) =>
        TypedResults.Ok(Show(context, await tenant.Webhooks.AsNoTracking().SingleOrDefaultAsync(webhook => webhook.Id == id, cancellationToken) ?? throw NoSuchWebhook()));

    private static Task<Ok<WebhookResponse>> ChangeAsync(
        Guid id, WebhookChange change, HttpContext context, TenantDbContext tenant, WebhookSender sender, AuditLog audit, CancellationToken cancellationToken)
    {
        if (change.Has(nameof(change.Url)))
        {
            RequireUrl(sender, change.Url);
        }

        return SaveAsync(id, context, tenant, ApplyAsync, cancellationToken);

        async Task ApplyAsync(Webhook webhook)
        {
            if (change.Has(nameof(change.IsActive)) && change.IsActive && !webhook.IsActive)
            {
                await EventOrder.PlaceAsync(tenant, cancellationToken);
                (webhook.Position, webhook.FailingSince, webhook.DisabledReason) = (await EventOrder.HeadAsync(tenant, cancellationToken), null, null);
            }

            webhook.Name = change.Has(nameof(change.Name)) ? change.Name.Trim() : webhook.Name;
            webhook.Url = change.Has(nameof(change.Url)) ? change.Url : webhook.Url;
            webhook.Kinds = change.Has(nameof(change.Kinds)) ? change.Kinds ?? [] : webhook.Kinds;
            webhook.IsActive = change.Has(nameof(change.IsActive)) ? change.IsActive : webhook.IsActive;
            if (tenant.ChangeTracker.HasChanges())
            {
                audit.Add(tenant, "webhook.changed", Subject(webhook), new JsonObject { ["url"] = webhook.Url, ["isActive"] = webhook.IsActive });
            }
        }
    }

    private static async Task<Ok<WebhookSecretResponse>> ChangeSecretAsync(
        Guid id, HttpContext context, RequestIdentity identity, TenantDbContext tenant, WebhookSecrets secrets, AuditLog audit, CancellationToken cancellationToken)
    {
        var secret = "";
        var saved = await SaveAsync(id, context, tenant, ApplyAsync, cancellationToken);
        return TypedResults.Ok(new WebhookSecretResponse(saved.Value!, secret));

        Task ApplyAsync(Webhook webhook)
        {
            webhook.Salt = WebhookSecrets.NewSalt();
            secret = secrets.Of(identity.Schema.TenantId, webhook);
            audit.Add(tenant, "webhook.secret_changed", Subject(webhook));
            return Task.CompletedTask;
        }
    }

    private static async Task<NoContent> DeleteAsync(Guid id, TenantDbContext tenant, AuditLog audit, CancellationToken cancellationToken)
    {
        var webhook = await tenant.Webhooks.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) ?? throw NoSuchWebhook();
        tenant.Webhooks.Remove(webhook);
        audit.Add(tenant, "webhook.deleted", Subject(webhook), new JsonObject { ["url"] = webhook.Url });
        try
        {
            await tenant.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw RefusedException.Conflict("Somebody changes or deletes this webhook at this moment. Try again.");
        }

        return TypedResults.NoContent();
    }

    private static async Task<Accepted<WebhookDeliveryResponse>> TestAsync(
        Guid id, RequestIdentity identity, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        await RequireAsync(id, tenant, cancellationToken);
        var delivery = WebhookQueue.Make(identity.Schema.TenantId, id, WebhookQueue.TestKind, about: null, clock.GetTimestamptz());
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await WebhookService.RegisterAsync(tenant, cancellationToken);
        tenant.WebhookDeliveries.Add(delivery);
        await tenant.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/webhooks/{id}/deliveries", WebhookDeliveryResponse.Of(delivery));
    }

    private static async Task<PageResult<WebhookDeliveryResponse>> DeliveriesAsync(
        Guid id, HttpContext context, TenantDbContext tenant, CancellationToken cancellationToken, [Range(1, Page.MaxLimit)] int limit = Page.DefaultLimit, Cursor? cursor = null)
    {
        var deliveries = tenant.WebhookDeliveries.Where(delivery => delivery.WebhookId == id);
        deliveries = cursor is { After: var before } ? deliveries.Where(delivery => delivery.Id < before) : deliveries;
        var rows = await deliveries.OrderByDescending(delivery => delivery.Id).Take(limit + 1).AsNoTracking().ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            await RequireAsync(id, tenant, cancellationToken);
        }

        return Page.Of(rows.ConvertAll(WebhookDeliveryResponse.Of), limit, delivery => delivery.Id, ApiJson.Default.PageWebhookDeliveryResponse, context);
    }

    private static async Task<Accepted<WebhookDeliveryResponse>> RedeliverAsync(Guid id, Guid deliveryId, TenantDbContext tenant, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        await using var transaction = await tenant.Database.BeginTransactionAsync(cancellationToken);
        await WebhookService.RegisterAsync(tenant, cancellationToken);
        var again = (await tenant.WebhookDeliveries.FromSql(
            $"""
            UPDATE "<tenant>".webhook_deliveries SET state = 'pending', attempts = 0, not_before = {now}, ended_at = NULL WHERE id = {deliveryId} AND webhook_id = {id} RETURNING *
            """).AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault() ?? throw RefusedException.NotFound("There is no such delivery.");
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Accepted($"/webhooks/{id}/deliveries", WebhookDeliveryResponse.Of(again));
    }

    private static Task<Ok<WebhookResponse>> SaveAsync(Guid id, HttpContext context, TenantDbContext tenant, Func<Webhook, Task> change, CancellationToken cancellationToken) =>
        VersionedChange.RepeatAsync(tenant, "webhook", async () =>
        {
            var webhook = await tenant.Webhooks.SingleOrDefaultAsync(one => one.Id == id, cancellationToken) ?? throw NoSuchWebhook();
            EntityTag.Check(context, EntityTag.Of(webhook.Version));
            await change(webhook);
            if (tenant.ChangeTracker.HasChanges())
            {
                webhook.Version++;
                await tenant.SaveChangesAsync(cancellationToken);
            }

            return TypedResults.Ok(Show(context, webhook));
        });

    private static async Task RequireAsync(Guid id, TenantDbContext tenant, CancellationToken cancellationToken)
    {
        if (!await tenant.Webhooks.AnyAsync(webhook => webhook.Id == id, cancellationToken))
        {
            throw NoSuchWebhook();
        }
    }

    private static void RequireUrl(WebhookSender sender, string url)
    {
        if (sender.Refuse(url) is { } rule)
        {
            throw RefusedException.InvalidField("url", rule);
        }
    }

    private static AuditSubject Subject(Webhook webhook) => new("webhook", webhook.Id, webhook.Name);

    private static RefusedException NoSuchWebhook() => RefusedException.NotFound("There is no such webhook.");
}
