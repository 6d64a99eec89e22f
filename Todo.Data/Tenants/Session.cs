namespace Todo.Data.Tenants;

/// <summary>That somebody is signed in. The token itself is nowhere; only its hash is.</summary>
public sealed class Session
{
    /// <summary>SHA-256 of the bearer token: 32 bytes.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>Who is signed in.</summary>
    public required Guid UserId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; from then on the token is refused.</summary>
    public required DateTimeOffset ExpiresAt { get; set; }

    /// <summary>How long it lasts from the last renewal on, in days: 1 or 30, or as many as the tenant allows if that is less.</summary>
    public int LifetimeDays { get; init; } = 1;

    /// <summary>UTC, to about the minute; null: not since it was made.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>The network address that signed in; null: unknown.</summary>
    public string? Address { get; init; }

    /// <summary>What signed in, in its own words, at most 200 characters; null: it didn't say.</summary>
    public string? UserAgent { get; init; }
}
