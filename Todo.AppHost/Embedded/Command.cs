using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Todo.AppHost.Embedded;

/// <summary>What a short-lived program left behind: its exit code and everything it printed.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs a program to its end. Arguments go to the program as they are: no shell is involved.</summary>
internal static class Command
{
    /// <summary>The exit code of a program that is not there, as a shell would give it.</summary>
    public const int NotFound = 127;

    /// <summary>The exit code of a program that was ended because it ran longer than allowed, as <c>timeout</c> gives it.</summary>
    public const int TimedOut = 124;

    /// <summary>Runs <paramref name="command"/> (the program, then its arguments) and waits for it.</summary>
    public static CommandResult Run(
        IReadOnlyList<string> command,
        string? workingDirectory = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string input = "",
        TimeSpan? timeout = null)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "/",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = new Process { StartInfo = start };
        var output = new StringBuilder();
        void Append(object _, DataReceivedEventArgs line)
        {
            lock (output)
            {
                output.AppendLine(line.Data);
            }
        }

        process.OutputDataReceived += Append;
        process.ErrorDataReceived += Append;
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            return new CommandResult(NotFound, error.Message);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code says why.
        }

        if (!process.WaitForExit(timeout ?? TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return new CommandResult(TimedOut, Text() + "(ended: it took too long)");
        }

        // The overload without a timeout also waits for the last line of output.
        process.WaitForExit();
        return new CommandResult(process.ExitCode, Text());

        string Text()
        {
            lock (output)
            {
                return output.ToString().Trim();
            }
        }
    }

    /// <summary>The full path of <paramref name="program"/> on the PATH, or null.</summary>
    public static string? Find(string program) => FindAll(program).FirstOrDefault();

    /// <summary>Every place on the PATH where <paramref name="program"/> is, in the order of the PATH.</summary>
    public static IEnumerable<string> FindAll(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, program))
            .Where(File.Exists);
}
