using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.Orchestration;
using Todo.Tests.LocalAspire;

#pragma warning disable CA1050 // The runtime looks for a start-up hook of exactly this name.
/// <summary>Makes an AppHost of a process that runs this assembly, when the test that started it asks for one.</summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(AppHostProcess.FolderVariable) is { } folder)
        {
            Environment.SetEnvironmentVariable(AppHostProcess.FolderVariable, null);
            Environment.SetEnvironmentVariable("DOTNET_STARTUP_HOOKS", null);
            AppHostProcess.Run(folder, Environment.GetCommandLineArgs()[1..]);
            Environment.Exit(Environment.ExitCode);
        }
    }
}
#pragma warning restore CA1050

namespace Todo.Tests.LocalAspire
{
    /// <summary>A real AppHost in a process of its own, so that it can be killed.</summary>
    internal sealed class AppHostProcess : IDisposable
    {
        public const string FolderVariable = "TODO_TESTS_APPHOST_FOLDER";

        /// <summary>Instead of an AppHost, only that part of it that starts processes: it is killed when it has started one and told nobody of it.</summary>
        public const string DiesAtStart = "dies-at-start";

        // It is deaf to what follows TERM after a few seconds: on a busy machine it may not even have had its turn by then.
        private const string Gentle = "trap '' INT QUIT; trap 'echo saved > saved; exit 0' TERM; echo $$ > gentle; while :; do sleep 0.1; done";

        private readonly Process _process;
        private readonly Task<string> _output;

        public AppHostProcess(string folder, params string[] args)
        {
            var assembly = typeof(AppHostProcess).Assembly.Location;
            var info = new ProcessStartInfo(ProjectOutput.Dotnet(), ["exec", assembly, .. args])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            info.Environment[FolderVariable] = folder;
            info.Environment["DOTNET_STARTUP_HOOKS"] = assembly;
            _process = Process.Start(info)!;
            _output = ReadAsync();
        }

        public int Id => _process.Id;

        public static void Run(string folder, string[] args)
        {
            if (args is [DiesAtStart, var waits])
            {
                DieAtStart(folder, waits);
                return;
            }

            var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, ProjectDirectory = folder });
            var server = builder.AddExecutable("server", "/bin/sh", ".", "-c", "sleep 1000 & echo $! > child; echo $$ > server; wait");
            builder.AddExecutable("gentle", "/bin/sh", ".", "-c", Gentle).WaitFor(server);
            var broken = builder.AddExecutable("broken", "/bin/sh", ".", "-c", "echo last words; exit 5");
            builder.AddExecutable("hopeless", "/bin/sh", ".", "-c", "true").WaitForCompletion(broken);
            builder.Build().Run();
        }

        public async Task<(int ExitCode, string Output)> EndAsync(CancellationToken cancellationToken)
        {
            await _process.WaitForExitAsync(cancellationToken);
            return (_process.ExitCode, await _output.WaitAsync(cancellationToken));
        }

        public void Kill() => _process.Kill();

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        private static void DieAtStart(string folder, string waits)
        {
            var supervisor = new ProcessSupervisor();
            supervisor.Launch(new ProcessStart("/bin/sh", ["-c", "sleep 1000 & echo $! > child; " + Gentle], folder, new Dictionary<string, string>(), new ResourceLog(path: null)));
            while (waits.Length > 0 && !File.Exists(Path.Combine(folder, waits)))
            {
                Thread.Sleep(10);
            }

            using var self = Process.GetCurrentProcess();
            self.Kill();
        }

        private async Task<string> ReadAsync()
        {
            var both = await Task.WhenAll(_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
            return string.Concat(both);
        }
    }
}
