namespace Todo.AppHost.Embedded;

/// <summary>How and where an embedded PostgreSQL runs.</summary>
public sealed record EmbeddedPostgresOptions
{
    /// <summary>
    /// The server's folder, usually <c>&lt;repository&gt;/.todo/postgres</c>; its data is in <c>data/</c> below. Null: a throw-away
    /// folder in the system's temporary one, deleted with the server, or by a later start if this process is killed.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>The database that connection strings name. It is created if the server does not have it.</summary>
    public string Database { get; init; } = "tododb";

    /// <summary>
    /// Whether a commit survives the loss of power and of every process. Without, the server is faster and a crash of the machine may
    /// destroy all of its data: for tests only.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>Further server settings (<c>name = value</c>, as in <c>postgresql.conf</c>), which win over ours.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The folder with <c>postgres</c> and <c>initdb</c>. Null: found, or fetched once.</summary>
    public string? BinFolder { get; init; }

    /// <summary>Told, a line at a time, of what takes long (a download, a first initialisation). Null: nobody is.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>A server for one test run: a throw-away folder, and no waiting for the disk.</summary>
    public static EmbeddedPostgresOptions ThrowAway { get; } = new() { Durable = false };
}
