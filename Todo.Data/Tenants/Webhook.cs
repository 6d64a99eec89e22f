namespace Todo.Data.Tenants;

/// <summary>An address that is told what happens, as far as whoever made it may know of it.</summary>
public sealed class Webhook
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 100;

    /// <summary>The longest address, likewise.</summary>
    public const int MaxUrlLength = 2_000;

    /// <summary>The most that a tenant has.</summary>
    public const int MaxPerTenant = 20;

    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; set; }

    /// <summary>Where it is told.</summary>
    public required string Url { get; set; }

    /// <summary>Of which kinds it is told; none: of all.</summary>
    public string[] Kinds { get; set; } = [];

    /// <summary>What makes its secret out of the service's key another one than all others, and a new one when it is changed.</summary>
    public required byte[] Salt { get; set; }

    /// <summary>How far the tenant's events were looked at for it.</summary>
    public required long Position { get; set; }

    /// <summary>Whether it is told anything.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>UTC; since when it has answered nothing good; null: the last time it did.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>Why the service has stopped it; null: it has not.</summary>
    public string? DisabledReason { get; set; }

    /// <summary>Who made it. It hears what that person may know of, and ends with the account.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>One more with each change that somebody makes.</summary>
    public int Version { get; set; } = 1;
}

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    /// <summary>It is to be tried, perhaps again.</summary>
    Pending,

    /// <summary>It was received.</summary>
    Delivered,

    /// <summary>It was tried often enough.</summary>
    Failed,
}

/// <summary>One thing that a webhook is told, or was.</summary>
public sealed class WebhookDelivery
{
    /// <summary>UUID version 7; the same for every attempt, so that a receiver knows what it has.</summary>
    public required Guid Id { get; init; }

    /// <summary>The webhook.</summary>
    public required Guid WebhookId { get; init; }

    /// <summary>What happened.</summary>
    public required string Kind { get; init; }

    /// <summary>What is sent, as it is signed.</summary>
    public required string Body { get; init; }

    /// <summary>How far it is.</summary>
    public DeliveryState State { get; set; }

    /// <summary>How often it was tried since it was asked for.</summary>
    public int Attempts { get; set; }

    /// <summary>UTC; before that nobody tries.</summary>
    public required DateTimeOffset NotBefore { get; set; }

    /// <summary>The status of the last answer; null: there was none.</summary>
    public int? Status { get; set; }

    /// <summary>Why the last attempt failed; null: it did not.</summary>
    public string? Error { get; set; }

    /// <summary>How long the last attempt took.</summary>
    public int? DurationMs { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null while it is pending.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}
