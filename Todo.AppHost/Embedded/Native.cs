using System.Runtime.InteropServices;

namespace Todo.AppHost.Embedded;

/// <summary>Signals, by the numbers Linux and macOS agree on.</summary>
internal enum Signal
{
    /// <summary>No signal: only asks whether the process is there.</summary>
    None = 0,

    /// <summary>PostgreSQL: fast shutdown, ending all sessions.</summary>
    Interrupt = 2,

    /// <summary>PostgreSQL: immediate shutdown, recovering at the next start.</summary>
    Quit = 3,

    /// <summary>Cannot be caught.</summary>
    Kill = 9,

    /// <summary>Redis: save and exit. PostgreSQL: wait, without limit, until every client has gone.</summary>
    Terminate = 15,
}

/// <summary>The two calls to the C library that .NET has no member for.</summary>
internal static class Native
{
    public static bool Send(int processId, Signal signal) => kill(processId, (int)signal) == 0;

    public static uint CurrentUserId => geteuid();

#pragma warning disable SYSLIB1054 // LibraryImport would need unsafe code in the whole project for two calls without any marshalling.
    [DllImport("libc", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    [DllImport("libc"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint geteuid();
#pragma warning restore SYSLIB1054
}
