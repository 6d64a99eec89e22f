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
    public required DateTimeOffset ExpiresAt { get; init; }
}
