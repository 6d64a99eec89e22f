namespace Todo.AppHost.Embedded;

/// <summary>
/// Folders for servers that live as long as a test run. A run that is killed leaves its folder and perhaps its servers behind;
/// the next one to ask for a folder finds them by their lock, which nobody holds any more, and removes both.
/// </summary>
internal static class ThrowAwayFolder
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private static string Root => Path.Combine(Path.GetTempPath(), $"todo-servers-{Environment.UserName}");

    /// <summary>A path for a new server folder.</summary>
    public static string New(ServerKind kind) =>
        Path.Combine(Root, $"{kind.FolderPrefix}-{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}");

    /// <summary>Removes what dead runs left behind: their servers of this kind, then the folders of these.</summary>
    public static void Sweep(ServerKind kind, Action<string> report)
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        foreach (var path in Directory.GetDirectories(Root, $"{kind.FolderPrefix}-*").Where(IsAbandoned))
        {
            try
            {
                using var folder = ServerFolder.Open(path);
                Leftovers.Stop(kind, folder.Data, report);
                folder.Delete();
            }
            catch (Exception error) when (error is EmbeddedServerException or IOException or UnauthorizedAccessException)
            {
                // In use by a run that lives; or not ours to remove, and no reason not to start.
            }
        }
    }

    /// <summary>
    /// Whether nobody holds the folder's lock. One that is being made, or deleted by its owner, has changed a moment ago and may not have
    /// its lock taken, or not have it any more; so the lock is neither made here nor looked for in a fresh folder.
    /// </summary>
    private static bool IsAbandoned(string path)
    {
        if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(path) < Fresh)
        {
            return false;
        }

        try
        {
            using var free = new FileStream(Path.Combine(path, ServerFolder.LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
