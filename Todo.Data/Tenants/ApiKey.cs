namespace Todo.Data.Tenants;

/// <summary>A key with which a machine calls the API. The key itself is nowhere; only its hash is.</summary>
public sealed class ApiKey : IRevocable
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to 100 characters: what it is for.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of the key: 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>What it may do, of what whoever made it may do.</summary>
    public required string[] Permissions { get; init; }

    /// <summary>Who made it; it does what this person does, and ends with the person.</summary>
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
