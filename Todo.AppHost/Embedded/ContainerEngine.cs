namespace Todo.AppHost.Embedded;

/// <summary>Whether this machine can run containers.</summary>
internal static class ContainerEngine
{
    // An engine that takes longer to say who it is would not start two servers in reasonable time either.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Lazy<string?> Answering = new(() => Find(Patience, "docker", "podman"));

    /// <summary>The name of the engine that answers, asked once; null if there is none.</summary>
    public static string? Name => Answering.Value;

    /// <summary>The first of these programs that is on the PATH and whose engine answers. The program alone, without its daemon, is not enough.</summary>
    public static string? Find(TimeSpan patience, params ReadOnlySpan<string> programs)
    {
        foreach (var program in programs)
        {
            if (Command.Find(program) is { } path && Command.Run([path, "info"], timeout: patience).Succeeded)
            {
                return program;
            }
        }

        return null;
    }
}
