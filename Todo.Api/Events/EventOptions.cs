using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Events;

/// <summary>The configuration section <c>Events</c>.</summary>
public sealed class EventOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Events";

    /// <summary>How often it is looked for events that nobody announced, while Redis carries announcements: a process may die between a commit and its announcement.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often it is looked while Redis is away.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan IntervalWithoutRedis { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often something is said on a stream on which nothing happens; as often it is asked whether its reader still may.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many events wait for a reader who is slower than they happen, before the stream is cut.</summary>
    [Range(1, 100_000)]
    public int Buffer { get; init; } = 2_000;

    /// <summary>How many streams a person, with all their keys, has open at once at one process.</summary>
    [Range(1, 1_000)]
    public int StreamsPerPerson { get; init; } = 8;

    /// <summary>How many streams a tenant has open at once at one process.</summary>
    [Range(1, 100_000)]
    public int StreamsPerTenant { get; init; } = 500;
}
