using System.Diagnostics;
using System.Globalization;

namespace Todo.AppHost.Embedded;

/// <summary>
/// Finds servers left over on a data folder. A process id alone proves nothing (the system reuses them), so a process counts as the
/// server of a folder only if it is a program of that kind working in that folder: both PostgreSQL and Redis change into theirs.
/// </summary>
internal static class OtherProcess
{
    /// <summary>Whether the system tells of all processes in <c>/proc</c>, as Linux does and macOS does not.</summary>
    public static readonly bool HasProc = Directory.Exists("/proc/self");

    /// <summary>The process id on the first line of <paramref name="pidFile"/>, or null.</summary>
    public static int? ReadId(string pidFile)
    {
        try
        {
            return int.TryParse(File.ReadLines(pidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) && id > 1 ? id : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static bool IsServerOn(ServerKind kind, int id, string data)
    {
        var name = Name(id);
        return kind.Programs.Any(program => name.StartsWith(program, StringComparison.Ordinal)) && (!HasProc || WorkingFolder(id) == data);
    }

    /// <summary>
    /// Every process of the server of a folder, its children too (they outlive a killed PostgreSQL for a moment, and it refuses to start
    /// beside them). Without <c>/proc</c>, none: PostgreSQL's own check of its shared memory must do there.
    /// </summary>
    public static IReadOnlyList<int> ServersOn(ServerKind kind, string data) =>
        HasProc
            ? [.. Directory.EnumerateDirectories("/proc")
                .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
                .Where(id => id > 1 && IsServerOn(kind, id, data))]
            : [];

    /// <summary>Whether a process of this id runs, whoever's it is. One that has ended and was not waited for by its parent does not.</summary>
    public static bool IsAlive(int id)
    {
        if (HasProc)
        {
            return State(id) is not (null or 'Z' or 'X');
        }

        return Native.Send(id, Signal.None) || Command.Run(["ps", "-p", id.ToString(CultureInfo.InvariantCulture)]).Succeeded;
    }

    /// <summary>Sends the signals one after the other, each with its time to take effect, until the process has ended.</summary>
    public static bool Stop(int id, IEnumerable<(Signal Signal, TimeSpan Patience)> steps)
    {
        foreach (var (signal, patience) in steps)
        {
            if (!Native.Send(id, signal))
            {
                return !IsAlive(id);
            }

            if (WaitUntil(() => !IsAlive(id), patience))
            {
                return true;
            }
        }

        return false;
    }

    public static bool WaitUntil(Func<bool> condition, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > patience)
            {
                // Once more: the time may have passed while we stood still ourselves.
                return condition();
            }

            Thread.Sleep(20);
        }

        return true;
    }

    /// <summary>How the process was called, cut to a readable length; for messages.</summary>
    public static string CommandLine(int id)
    {
        var line = Command.Run(["ps", "-o", "args=", "-p", id.ToString(CultureInfo.InvariantCulture)]) is { Succeeded: true } ps
            ? ps.Output
            : ReadOrEmpty($"/proc/{id}/cmdline").Replace('\0', ' ').Trim();
        return line.Length switch { 0 => "unknown program", > 120 => line[..120] + "…", _ => line };
    }

    private static string Name(int id) =>
        HasProc
            ? ReadOrEmpty($"/proc/{id}/comm").Trim()
            : Path.GetFileName(Command.Run(["ps", "-o", "comm=", "-p", id.ToString(CultureInfo.InvariantCulture)]).Output);

    private static string? WorkingFolder(int id)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{id}/cwd", returnFinalTarget: false)?.FullName;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static char? State(int id)
    {
        // "pid (name) state …", and the name may itself hold parentheses.
        var stat = ReadOrEmpty($"/proc/{id}/stat");
        var end = stat.LastIndexOf(')');
        return end > 0 && end + 2 < stat.Length ? stat[end + 2] : null;
    }

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
