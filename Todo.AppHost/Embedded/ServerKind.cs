namespace Todo.AppHost.Embedded;

/// <summary>What PostgreSQL and Redis do each in their own way.</summary>
/// <param name="Name">For messages.</param>
/// <param name="FolderPrefix">The beginning of a throw-away folder's name.</param>
/// <param name="PidFileName">The file in the data folder to which the server writes its process id.</param>
/// <param name="Programs">How the names of its processes begin.</param>
/// <param name="StopSteps">The signals that end it, mildest first, and how long each may take.</param>
internal sealed record ServerKind(
    string Name,
    string FolderPrefix,
    string PidFileName,
    IReadOnlyList<string> Programs,
    IReadOnlyList<(Signal Signal, TimeSpan Patience)> StopSteps)
{
    // Fast shutdown ends all sessions; immediate shutdown leaves recovery to the next start; none of them loses a commit.
    public static readonly ServerKind Postgres = new(
        "PostgreSQL",
        "postgres",
        "postmaster.pid",
        ["postgres"],
        [(Signal.Interrupt, TimeSpan.FromSeconds(20)), (Signal.Quit, TimeSpan.FromSeconds(10)), (Signal.Kill, TimeSpan.FromSeconds(5))]);

    public static readonly ServerKind Redis = new(
        "Redis",
        "redis",
        "redis.pid",
        ["redis-server", "valkey-server"],
        [(Signal.Terminate, TimeSpan.FromSeconds(10)), (Signal.Kill, TimeSpan.FromSeconds(5))]);

    public string PidFile(string data) => Path.Combine(data, PidFileName);
}
