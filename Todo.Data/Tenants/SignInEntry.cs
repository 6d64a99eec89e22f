using Todo.Data.Access;

namespace Todo.Data.Tenants;

/// <summary>That somebody signed in to a person's account, or tried to.</summary>
public sealed class SignInEntry
{
    /// <summary>UUID version 7, so that the order of ids is that of time.</summary>
    public required Guid Id { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whose account.</summary>
    public required Guid UserId { get; init; }

    /// <summary>How it went.</summary>
    public required SignInOutcome Outcome { get; init; }

    /// <summary>The network address that it came from; null: unknown.</summary>
    public string? Address { get; init; }

    /// <summary>What signed in, in its own words, at most 200 characters; null: it didn't say.</summary>
    public string? UserAgent { get; init; }
}
