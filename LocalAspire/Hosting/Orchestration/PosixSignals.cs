using System.Runtime.InteropServices;

namespace Aspire.Hosting.Orchestration;

/// <summary>Signals to whole process groups, which .NET has no word for.</summary>
internal static partial class PosixSignals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Signals every process of a group; false if the group is gone.</summary>
    public static bool SendToGroup(int group, int signal) => SendTo(-group, signal) == 0;

    /// <summary>Whether the group still has a process.</summary>
    public static bool GroupExists(int group) => SendToGroup(group, 0);

    /// <summary>Signals one process, or, negative, a group; 0 if it got there.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int SendTo(int process, int signal);
}
