namespace Todo.AppHost.Embedded;

/// <summary>How and where an embedded Redis runs.</summary>
public sealed record EmbeddedRedisOptions
{
    /// <summary>
    /// The server's folder, usually <c>&lt;repository&gt;/.todo/redis</c>; its data is in <c>data/</c> below. Null: a throw-away
    /// folder in the system's temporary one, deleted with the server, or by a later start if this process is killed.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Whether what is written survives the end of the process (all but the last second). Without, nothing is written to disk.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>The memory for data, in mebibytes. When it is full, the least recently used keys go: this is a cache.</summary>
    public int MaxMemoryMebibytes { get; init; } = 128;

    /// <summary>The server program, <c>redis-server</c> or <c>valkey-server</c>. Null: found, or fetched once.</summary>
    public string? Program { get; init; }

    /// <summary>Told, a line at a time, of what takes long (a download). Null: nobody is.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>A server for one test run: a throw-away folder, and nothing kept on disk.</summary>
    public static EmbeddedRedisOptions ThrowAway { get; } = new() { Durable = false };
}
