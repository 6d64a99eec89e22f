using Todo.Data.Access;

namespace Todo.Data.Tenants;

/// <summary>A token in a mail, good for one use. The token itself is nowhere; only its hash is. Used: the row is deleted.</summary>
public sealed class OneTimeToken
{
    /// <summary>SHA-256 of the token: 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Whose mailbox it went to.</summary>
    public required Guid UserId { get; init; }

    /// <summary>What it is good for, and for nothing else.</summary>
    public required TokenPurpose Purpose { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; from then on the token is refused.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
