using Aspire.Hosting.Orchestration;
using Todo.Tests.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire;

public sealed class AppHostProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("todo-apphost-").FullName;
    private readonly CancellationTokenSource _patience = new(Eventually.Patience);

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _patience.Dispose();
    }

    [Fact]
    public async Task Children_of_a_killed_AppHost_are_stopped_gently()
    {
        using var appHost = new AppHostProcess(_folder);
        var pids = new[] { await PidAsync("server"), await PidAsync("child"), await PidAsync("gentle") };
        pids.ShouldAllBe(pid => StopTests.IsAlive(pid));

        appHost.Kill();

        while (pids.Any(StopTests.IsAlive))
        {
            await Task.Delay(50, _patience.Token);
        }

        File.Exists(Path.Combine(_folder, "saved")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "at once")]
    [InlineData("gentle", "once it runs")]
    public async Task What_an_AppHost_had_started_but_told_nobody_of_when_it_was_killed_is_stopped_too(string waits, string when)
    {
        using var appHost = new AppHostProcess(_folder, AppHostProcess.DiesAtStart, waits);
        (await appHost.EndAsync(_patience.Token)).ExitCode.ShouldBe(137, when);

        // Started is what is in this folder; the program was there already when the AppHost was killed.
        while (Ask.Shell($"for process in /proc/[0-9]*; do [ \"$(readlink $process/cwd)\" = '{_folder}' ] && echo $process; done 2>/dev/null").Length > 0)
        {
            await Task.Delay(50, _patience.Token);
        }

        if (waits.Length > 0)
        {
            File.Exists(Path.Combine(_folder, "saved")).ShouldBeTrue("it was stopped gently");
        }
    }

    [Theory]
    [InlineData(PosixSignals.Interrupt)]
    [InlineData(PosixSignals.Terminate)]
    public async Task An_AppHost_that_is_told_to_stop_leaves_nothing_behind_and_has_told_what_happened(int signal)
    {
        using var appHost = new AppHostProcess(_folder);
        var pids = new[] { await PidAsync("server"), await PidAsync("child"), await PidAsync("gentle") };

        // Written after it was told on the console.
        var hopeless = Path.Combine(_folder, ".aspire", "logs", "hopeless.log");
        await Eventually.TrueAsync(async () => (await File.ReadAllTextAsync(hopeless)).Contains("broken exited with code 5", StringComparison.Ordinal));

        PosixSignals.SendTo(appHost.Id, signal).ShouldBe(0);
        var (exitCode, output) = await appHost.EndAsync(_patience.Token);

        exitCode.ShouldBe(0);
        pids.ShouldAllBe(pid => !StopTests.IsAlive(pid));
        File.Exists(Path.Combine(_folder, "saved")).ShouldBeTrue();
        output.ShouldContain("broken exited with code 5");
        output.ShouldContain("last words");
        output.ShouldContain(Path.Combine(_folder, ".aspire", "logs", "broken.log"));
        output.ShouldContain("hopeless failed to start: broken exited with code 5: not started");
    }

    [Fact]
    public async Task Publishing_is_refused_in_one_line()
    {
        using var appHost = new AppHostProcess(_folder, "--publisher", "manifest", "--output-path", "manifest.json");

        var (exitCode, output) = await appHost.EndAsync(_patience.Token);

        exitCode.ShouldBe(1);
        output.Trim().ShouldBe("LocalAspire cannot publish: build with the real Aspire packages (UseAspire=true) from a feed that has them.");
    }

    private Task<int> PidAsync(string file) => StopTests.PidAsync(Path.Combine(_folder, file), _patience.Token);
}
