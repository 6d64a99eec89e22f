namespace Todo.Data.Tenants;

/// <summary>A link to one list for people without an account, such as a QR code on a door. The link's secret is nowhere; only its hash is.</summary>
public sealed class GuestLink : IRevocable
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>The one list that it shows.</summary>
    public required Guid ListId { get; init; }

    /// <summary>1 to 100 characters: what it is for.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of the link's token: 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Whether guests may also add and complete todos.</summary>
    public required bool MayWrite { get; init; }

    /// <summary>Who made it.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; from then on it is refused.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>UTC, to about the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>UTC; null: not revoked.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
