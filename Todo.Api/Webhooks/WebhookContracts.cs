using System.ComponentModel.DataAnnotations;
using Todo.Api.Events;
using Todo.Api.Lists;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Webhooks;

/// <summary>Only kinds that there are, each once.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class EventKindsAttribute : ValidationAttribute
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is not string[] kinds || (kinds.All(EventKind.All.Contains) && kinds.Distinct().Count() == kinds.Length);

    /// <inheritdoc/>
    public override string FormatErrorMessage(string name) => $"The kinds are {string.Join(", ", EventKind.All)}, each once at most.";
}

/// <summary>A webhook to be made.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Url">Where it is told, with https.</param>
/// <param name="Kinds">Of which kinds of events; all if absent or empty.</param>
public sealed record NewWebhook(
    [Required, StringLength(Webhook.MaxNameLength, MinimumLength = 1), RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)] string Name,
    [Required, StringLength(Webhook.MaxUrlLength)] string Url,
    [EventKinds] string[]? Kinds = null);

/// <summary>A change to a webhook (RFC 7396).</summary>
public sealed class WebhookChange : MergePatch
{
    /// <summary>What it is for.</summary>
    [StringLength(Webhook.MaxNameLength, MinimumLength = 1)]
    [RegularExpression(NewList.NotBlank, ErrorMessage = NewList.BlankName)]
    public string Name { get; set => field = Given(value); } = null!;

    /// <summary>Where it is told, with https.</summary>
    [StringLength(Webhook.MaxUrlLength)]
    public string Url { get; set => field = Given(value); } = null!;

    /// <summary>Of which kinds of events; null or empty: of all.</summary>
    [EventKinds]
    public string[]? Kinds { get; set => field = Given(value); }

    /// <summary>False: it is told nothing, and what happens meanwhile it never will be. True: from now on it is, also if the service had stopped it.</summary>
    public bool IsActive { get; set => field = Given(value); }
}

/// <summary>A webhook.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Url">Where it is told.</param>
/// <param name="Kinds">Of which kinds of events; none: of all.</param>
/// <param name="IsActive">Whether it is told anything.</param>
/// <param name="FailingSince">UTC; since when it has answered nothing good; null: the last time it did.</param>
/// <param name="DisabledReason">Why the service has stopped it; null: it has not.</param>
/// <param name="CreatedBy">Who made it. It hears what that person may know of, and ends with the account.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="Version">One more with each change; the ETag has it.</param>
public sealed record WebhookResponse(
    Guid Id, string Name, string Url, string[] Kinds, bool IsActive, DateTimeOffset? FailingSince, string? DisabledReason, Guid CreatedBy, DateTimeOffset CreatedAt, int Version)
{
    internal static WebhookResponse Of(Webhook webhook) => new(
        webhook.Id, webhook.Name, webhook.Url, webhook.Kinds, webhook.IsActive, webhook.FailingSince, webhook.DisabledReason, webhook.CreatedBy, webhook.CreatedAt, webhook.Version);
}

/// <summary>A webhook that was just made, or whose secret was.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">With which its receiver checks <c>Todo-Signature</c>; it is shown this once.</param>
public sealed record WebhookSecretResponse(WebhookResponse Webhook, string Secret);

/// <summary>One thing that a webhook is told, or was.</summary>
/// <param name="Id">The same for every attempt; the receiver gets it as <c>Todo-Delivery</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">How often it was tried since it was asked for.</param>
/// <param name="Status">The status of the last answer; null: there was none.</param>
/// <param name="Error">Why the last attempt failed; null: it did not.</param>
/// <param name="DurationMs">How long the last attempt took.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="NextAttemptAt">UTC; null: none follows.</param>
/// <param name="EndedAt">UTC; null while it is pending.</param>
public sealed record WebhookDeliveryResponse(
    Guid Id, string Kind, DeliveryState State, int Attempts, int? Status, string? Error, int? DurationMs, DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt, DateTimeOffset? EndedAt)
{
    internal static WebhookDeliveryResponse Of(WebhookDelivery one) => new(
        one.Id, one.Kind, one.State, one.Attempts, one.Status, one.Error, one.DurationMs, one.CreatedAt, one.State == DeliveryState.Pending ? one.NotBefore : null, one.EndedAt);
}

/// <summary>What a receiver gets.</summary>
/// <param name="Id">Of the delivery: what has the same one is the same.</param>
/// <param name="Kind">What happened.</param>
/// <param name="TenantId">Where.</param>
/// <param name="Position">The event's place in the order of the tenant's events; null: it is none.</param>
/// <param name="Event">The event, as activity shows it; null: it is none.</param>
public sealed record WebhookMessage(Guid Id, string Kind, Guid TenantId, long? Position, EventResponse? Event);
