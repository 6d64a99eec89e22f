namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Runs a program in a session of its own, so that Ctrl+C in the terminal reaches only the AppHost and a signal to the
/// program's group reaches all that it starts.
/// </summary>
internal static class NewSession
{
    // macOS has no setsid(1), but it has Perl.
    private static readonly string? Setsid = Find("setsid");
    private static readonly string? Perl = Setsid is null && !OperatingSystem.IsWindows() ? Find("perl") : null;

    /// <summary>Whether a program started so leads a group of its own.</summary>
    public static bool IsAvailable => !OperatingSystem.IsWindows() && (Setsid ?? Perl) is not null;

    public static (string Command, IReadOnlyList<string> Arguments) Wrap(string command, IReadOnlyList<string> arguments) =>
        !IsAvailable ? (command, arguments)
        : Setsid is not null ? (Setsid, [command, .. arguments])
        : (Perl!, ["-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or exit 127", command, .. arguments]);

    /// <summary>Finds a program on the PATH.</summary>
    public static string? Find(string command)
    {
        if (command.Contains('/', StringComparison.Ordinal) || Path.IsPathRooted(command))
        {
            return File.Exists(command) ? command : null;
        }

        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat", ""] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, command + ending)))
            .FirstOrDefault(path => File.Exists(path) && (OperatingSystem.IsWindows() || IsExecutable(path)));
    }

    private static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
