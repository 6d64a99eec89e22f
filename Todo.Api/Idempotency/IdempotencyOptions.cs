using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Idempotency;

/// <summary>The configuration section <c>Idempotency</c>: requests that are sent again with the same key.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Idempotency";

    /// <summary>How long an answer is kept for whoever sends the request again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "30.00:00:00")]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a request waits for another with its key to end, before it is told to come again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest answer that is kept, in bytes. Of a larger one it is only known that there was one.</summary>
    [Range(0, 16 * 1024 * 1024)]
    public int MaxAnswerBytes { get; init; } = 256 * 1024;
}
