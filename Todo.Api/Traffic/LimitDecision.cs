namespace Todo.Api.Traffic;

/// <summary>One policy and what it counts in one request.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Key">Names the partition, in Redis as in this process. Holds no secret.</param>
public readonly record struct LimitKey(LimitPolicy Policy, string Key);

/// <summary>What a policy has left for a caller.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Remaining">Requests that would be accepted now.</param>
/// <param name="Reset">Whole seconds until it is one more; null if unknown.</param>
public readonly record struct LimitState(LimitPolicy Policy, long Remaining, long? Reset);

/// <summary>Whether a request may go on.</summary>
/// <param name="States">Each policy that was asked.</param>
/// <param name="RefusedBy">The policies that refuse it; none if it may go on.</param>
/// <param name="RetryAfter">How long they do.</param>
public sealed record LimitDecision(IReadOnlyList<LimitState> States, IReadOnlyList<LimitPolicy> RefusedBy, TimeSpan RetryAfter)
{
    /// <summary>No policy applies.</summary>
    public static readonly LimitDecision Free = new([], [], TimeSpan.Zero);

    /// <summary>Whether it may go on.</summary>
    public bool IsAdmitted => RefusedBy.Count == 0;
}
