namespace Todo.AppHost.Embedded;

/// <summary>
/// Where fetched server programs are kept for all checkouts: <c>$XDG_CACHE_HOME/todo</c> or <c>~/.cache/todo</c>; as root
/// <c>/var/cache/todo</c>, since the account that runs the servers cannot look into root's home.
/// </summary>
internal static class ServerCache
{
    public static string Folder
    {
        get
        {
            if (Environment.IsPrivilegedProcess)
            {
                return "/var/cache/todo";
            }

            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            return Path.Combine(
                string.IsNullOrEmpty(cache)
                    ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache")
                    : cache,
                "todo");
        }
    }

    /// <summary>
    /// Fills a folder of the cache, all or nothing: <paramref name="fill"/> works in a temporary folder beside it, which is renamed when
    /// it is done. Of two at once, one wins and both get the same.
    /// </summary>
    public static string GetOrAdd(string name, string cacheFolder, Action<string> fill)
    {
        var target = Path.Combine(cacheFolder, name);
        if (Directory.Exists(target))
        {
            return target;
        }

        var unfinished = Path.Combine(cacheFolder, $"{name}.{Path.GetRandomFileName()}");
        Directory.CreateDirectory(unfinished);
        try
        {
            fill(unfinished);
            if (Environment.IsPrivilegedProcess)
            {
                // Also under a umask of 077 the servers' account has to be able to read it.
                Command.Run(["chmod", "-R", "a+rX", cacheFolder]);
            }

            Directory.Move(unfinished, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }

        return target;
    }
}
