using System.ComponentModel.DataAnnotations;

namespace Todo.Api.Caching;

/// <summary>The configuration section <c>Lookups</c>: how long what every request needs is remembered.</summary>
public sealed class LookupOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Lookups";

    /// <summary>How long a replica believes its own memory, and so goes on with what was ended elsewhere while Redis is away; 10 ms to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan MemoryLifetime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a look-up waits for Redis before the database is asked; 10 ms to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan RedisPatience { get; init; } = TimeSpan.FromMilliseconds(500);
}
