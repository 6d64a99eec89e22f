using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Traffic;
using Todo.Api.Webhooks;
using Todo.Data.Access;
using Todo.Data.Tenants;

namespace Todo.Api.Events;

/// <summary>What happens in the tenant, as it happens, for whoever may know of it.</summary>
internal static class EventEndpoints
{
    private const int PageSize = 200;
    private const string RetryAfterSeconds = "10";

    public static void AddEvents(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<EventOptions>().BindConfiguration(EventOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<EventMetrics>();
        builder.Services.AddSingleton<EventBus>();
        builder.Services.AddSingleton<EventHub>();
        builder.Services.AddSingleton<StreamAdmission>();
    }

    /// <summary>Announces what a request has changed. Comes before what commits it.</summary>
    public static void UseEventAnnouncements(this WebApplication app) => app.Use(async (context, next) =>
    {
        await next(context);
        if (!HttpMethods.IsGet(context.Request.Method) && context.Response.StatusCode < StatusCodes.Status400BadRequest
            && context.RequestServices.GetRequiredService<RequestIdentity>().TenantId is { } tenant)
        {
            context.RequestServices.GetRequiredService<EventBus>().Announce(tenant);
            context.RequestServices.GetRequiredService<WebhookService>().Announce(tenant);
        }
    });

    public static void MapEvents(this IEndpointRouteBuilder app) => app.MapGet("/events", StreamAsync).WithTags("Activity").ExplainRefusals().RequirePermission(Permission.TodosRead)
        .WithoutTurn().WithMetadata(new DisableRequestTimeoutAttribute())
        .WithName("StreamEvents").WithSummary("Hear what happens, as it happens")
        .WithDescription("Server-sent events about what one may see, in order for each list, each at least once; an event's data is what activity shows. Who comes back with Last-Event-ID "
            + "(or after=) gets what was missed; an event 'reset' says that this is not possible any more. follow=false sends what there is after that and ends.")
        .Produces<EventResponse>(StatusCodes.Status200OK, EventWriter.ContentType)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task StreamAsync(
        HttpContext context,
        RequestIdentity identity,
        TenantDbContext tenant,
        EventHub hub,
        StreamAdmission admission,
        IOptions<EventOptions> options,
        IHostApplicationLifetime lifetime,
        TimeProvider clock,
        CancellationToken cancellationToken,
        [FromHeader(Name = "Last-Event-ID")] string? lastEventId = null,
        long? after = null,
        bool follow = true)
    {
        using var subscription = (follow
            ? await hub.SubscribeAsync(identity.Schema, identity.UserId, cancellationToken)
            : await hub.ReadAsync(tenant, identity.UserId, cancellationToken)) ?? throw TooMany(context);
        var reader = subscription.Reader;

        // A server that stops would wait for whoever listens.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping, reader.Dropped);
        try
        {
            var writer = new EventWriter(context.Response);
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await ReplayAsync(writer, tenant, reader, Since(lastEventId, after), ended.Token);
            if (follow)
            {
                await FollowAsync(writer, reader, () => admission.MayStillAsync(context.Request, identity.UserId, Permission.TodosRead), options.Value.Heartbeat, clock, ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            if (reader.Dropped.IsCancellationRequested)
            {
                // What is on its way to a reader who does not read would be waited for.
                context.Abort();
            }
        }
    }

    // What happened since, up to where the live part starts.
    private static async Task ReplayAsync(EventWriter writer, TenantDbContext tenant, EventReader reader, long? since, CancellationToken cancellationToken)
    {
        var isReset = since is { } position && (position > reader.Start || (position < reader.Start && !(await EventOrder.FirstAsync(tenant, cancellationToken) <= position + 1)));
        var sent = isReset ? reader.Start : since ?? reader.Start;
        await writer.BeginAsync(sent, isReset, cancellationToken);
        while (sent < reader.Start && await EventOrder.VisibleAsync(tenant, reader.Person, sent, reader.Start, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var one in page)
            {
                writer.Add(one);
            }

            await writer.SendAsync(cancellationToken);
            sent = page[^1].Position!.Value;
        }
    }

    private static async Task FollowAsync(EventWriter writer, EventReader reader, Func<Task<bool>> mayStillAsync, TimeSpan heartbeat, TimeProvider clock, CancellationToken cancellationToken)
    {
        var next = reader.Waiting.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                await Task.WhenAny(next, Task.Delay(heartbeat, clock, waiting.Token));
                await waiting.CancelAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!await mayStillAsync())
            {
                return;
            }

            if (!next.IsCompleted)
            {
                await writer.BeatAsync(cancellationToken);
                continue;
            }

            while (reader.Waiting.TryRead(out var one))
            {
                writer.Add(one);
            }

            await writer.SendAsync(cancellationToken);
            next = reader.Waiting.WaitToReadAsync(cancellationToken).AsTask();
        }
    }

    // What a browser sends by itself when it comes back counts for more than what its address said at first.
    private static long? Since(string? lastEventId, long? after) =>
        string.IsNullOrEmpty(lastEventId) ? after
        : long.TryParse(lastEventId, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position
        : throw RefusedException.Invalid("Last-Event-ID is none of ours. Leave it out, and read again what you show.");

    private static RefusedException TooMany(HttpContext context)
    {
        context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return new RefusedException(StatusCodes.Status429TooManyRequests, "You, or all of your company together, have too many streams of events open. Close one, or share one among windows.");
    }
}
