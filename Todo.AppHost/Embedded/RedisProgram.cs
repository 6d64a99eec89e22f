using System.Text.RegularExpressions;

namespace Todo.AppHost.Embedded;

/// <summary>A Redis server program, or Valkey's, which is the same to us.</summary>
/// <param name="File">The program.</param>
/// <param name="Environment">What it needs in its environment.</param>
internal sealed partial record RedisProgram(string File, IReadOnlyDictionary<string, string> Environment)
{
    private static readonly string[] Names = ["redis-server", "valkey-server"];

    private static readonly string[] UsualFolders =
        ["/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin", "/usr/libexec"];

    /// <summary>
    /// Finds the program: on the PATH, then in the usual folders, then among those fetched before; else fetches it with <c>apt-get download</c>,
    /// which needs no root.
    /// </summary>
    /// <param name="folder">The server's folder, for its account.</param>
    /// <param name="only">Look only at this program, if not null.</param>
    /// <param name="report">Told, in a line, of a download.</param>
    /// <exception cref="EmbeddedServerException">There is none and it cannot be fetched.</exception>
    public static RedisProgram Find(ServerFolder folder, string? only, Action<string> report)
    {
        if (only is not null)
        {
            return Probe(new RedisProgram(only, new Dictionary<string, string>()), folder, out var output)
                ?? throw new EmbeddedServerException($"{only} does not run as a Redis server: {output}");
        }

        var files = Names.SelectMany(Command.FindAll)
            .Concat(Names.SelectMany(name => UsualFolders.Select(usual => Path.Combine(usual, name))))
            .Where(System.IO.File.Exists)
            .Distinct();
        return files.Select(file => Probe(new RedisProgram(file, new Dictionary<string, string>()), folder, out _)).FirstOrDefault(found => found is not null)
            ?? Fetch(folder, report);
    }

    private static RedisProgram? Probe(RedisProgram program, ServerFolder folder, out string output)
    {
        var result = Command.Run(folder.AsServer(program.File, "--version"), environment: program.Environment);
        output = result.Output;
        return result.Succeeded && Version().IsMatch(output) ? program : null;
    }

    private static RedisProgram Fetch(ServerFolder folder, Action<string> report)
    {
        const string Install = "Install Redis, then start again: ";
        if (Command.Find("apt-get") is null || Command.Find("dpkg-deb") is null)
        {
            throw new EmbeddedServerException($"Redis is not installed. {Install}{InstallCommand()}");
        }

        var fetched = ServerCache.GetOrAdd("redis-server", ServerCache.Folder, target =>
        {
            report($"Fetching Redis once, by apt-get download, into {ServerCache.Folder}");
            string[] packages = ["redis-server", "redis-tools", .. MissingLibraries()];
            var download = Command.Run(["apt-get", "download", .. packages], target, timeout: TimeSpan.FromMinutes(5));
            if (!download.Succeeded)
            {
                throw new EmbeddedServerException(
                    $"Redis is not installed, and 'apt-get download {string.Join(' ', packages)}' did not bring it:\n{download.Output}\n"
                    + $"{Install}{InstallCommand()}");
            }

            foreach (var package in Directory.GetFiles(target, "*.deb"))
            {
                var unpack = Command.Run(["dpkg-deb", "-x", package, target], target);
                if (!unpack.Succeeded)
                {
                    throw new EmbeddedServerException($"{package} could not be unpacked: {unpack.Output}\n{Install}{InstallCommand()}");
                }

                System.IO.File.Delete(package);
            }
        });

        // usr/lib/<architecture>, and lib/<architecture> in older packages.
        var libraries = Directory.GetFiles(fetched, "lib*.so*", SearchOption.AllDirectories).Select(Path.GetDirectoryName).Distinct();
        var program = new RedisProgram(
            Path.Combine(fetched, "usr", "bin", "redis-server"),
            new Dictionary<string, string> { ["LD_LIBRARY_PATH"] = string.Join(':', libraries) });
        return Probe(program, folder, out var output)
            ?? throw new EmbeddedServerException($"Redis was fetched into {fetched}, but does not run here: {output}\n{Install}{InstallCommand()}");
    }

    /// <summary>The libraries that Redis's packages need and this system does not have.</summary>
    private static IEnumerable<string> MissingLibraries()
    {
        var needed = Command.Run(["apt-cache", "depends", "--important", "redis-server", "redis-tools"]).Output;
        return Dependency().Matches(needed)
            .Select(match => match.Groups[1].Value)
            .Distinct()
            .Where(library => !Command.Run(["dpkg-query", "-W", "-f=${db:Status-Status}", library]).Output.StartsWith("installed", StringComparison.Ordinal));
    }

    private static string InstallCommand() =>
        OperatingSystem.IsMacOS() ? "brew install redis"
        : Command.Find("apt-get") is not null ? "sudo apt-get install redis-server"
        : Command.Find("dnf") is not null ? "sudo dnf install redis"
        : Command.Find("apk") is not null ? "sudo apk add redis"
        : "the package 'redis' or 'valkey' of your system";

    [GeneratedRegex(@"(Redis|Valkey) server", RegexOptions.IgnoreCase)]
    private static partial Regex Version();

    [GeneratedRegex(@"Depends: (lib[^\s:<>]+)")]
    private static partial Regex Dependency();
}
