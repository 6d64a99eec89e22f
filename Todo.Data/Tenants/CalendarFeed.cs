namespace Todo.Data.Tenants;

/// <summary>An address at which a person's calendar program reads their todos. Its secret is nowhere; only its hash is.</summary>
public sealed class CalendarFeed : IRevocable
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to 100 characters: what programs call the calendar.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of its token: 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Whether it shows only what the person is to do, and not all that the person may see.</summary>
    public required bool AssignedOnly { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC, to about the minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>UTC; null: not revoked.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}
