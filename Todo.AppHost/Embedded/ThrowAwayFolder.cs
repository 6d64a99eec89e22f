namespace Todo.AppHost.Embedded;

/// <summary>
/// Folders for servers that live as long as a test run. A run that is killed leaves its folder and perhaps its servers behind;
/// the next one to ask for a folder finds them by their lock, which nobody holds any more, and removes both.
/// </summary>
internal static class ThrowAwayFolder
{
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

        // Without a lock file it is somebody else's, or being made at this moment.
        foreach (var path in Directory.GetDirectories(Root, $"{kind.FolderPrefix}-*").Where(path => File.Exists(Path.Combine(path, "lock"))))
        {
            try
            {
                using var folder = ServerFolder.Open(path);
                Leftovers.Stop(kind, folder.Data, report);
                Directory.Delete(folder.Path, recursive: true);
            }
            catch (Exception error) when (error is EmbeddedServerException or IOException or UnauthorizedAccessException)
            {
                // In use by a run that lives; or not ours to remove, and no reason not to start.
            }
        }
    }
}
