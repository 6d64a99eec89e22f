using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire;

public sealed class StopTests
{
    [Fact]
    public async Task Nothing_is_left_of_a_stopped_tree()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("parent", "sleep 1000 & (sleep 1001 & echo $! > grandchild; wait) & echo $! > child; echo $$ > parent; wait");
        await sample.StartAsync();
        var pids = await PidsAsync(sample, "parent", "child", "grandchild");

        await sample.App.StopAsync(sample.Patience);

        pids.ShouldAllBe(pid => !IsAlive(pid));
    }

    [Fact]
    public async Task What_a_resource_leaves_behind_when_it_ends_is_ended_too()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("careless", "sleep 1000 & echo $! > orphan; exit 0");
        await sample.StartAsync();
        (await sample.WhenAsync("careless", KnownResourceStates.Finished)).ExitCode.ShouldBe(0);

        (await PidsAsync(sample, "orphan")).ShouldAllBe(pid => !IsAlive(pid));
    }

    [Fact]
    public async Task A_process_that_will_not_listen_is_killed()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("deaf", "trap '' TERM INT QUIT; echo $$ > deaf; while :; do sleep 0.2; done");
        await sample.StartAsync();
        var pids = await PidsAsync(sample, "deaf");

        await sample.App.StopAsync(sample.Patience).WaitAsync(Eventually.Patience);

        pids.ShouldAllBe(pid => !IsAlive(pid));
        sample.States.TryGetCurrentState("deaf", out var state).ShouldBeTrue();
        (state!.Snapshot.State!.Text, state.Snapshot.ExitCode).ShouldBe((KnownResourceStates.Exited, 137));
    }

    [Fact]
    public async Task Stopping_while_others_still_wait_is_quick()
    {
        await using var sample = new SampleApplication();
        var never = sample.AddShell("never", "exec sleep 1000");
        Aspire.Hosting.ResourceBuilderExtensions.WaitForCompletion(sample.AddShell("waiting", "echo no"), never);
        await sample.StartAsync();
        await sample.WhenAsync("waiting", KnownResourceStates.Waiting);

        await sample.App.StopAsync(sample.Patience);

        sample.States.TryGetCurrentState("waiting", out var state).ShouldBeTrue();
        state!.Snapshot.State!.Text.ShouldBe(KnownResourceStates.Exited);
    }

    [Fact]
    public async Task A_log_is_also_a_file_and_shows_no_environment()
    {
        await using var sample = new SampleApplication();
        Aspire.Hosting.ResourceBuilderExtensions.WithEnvironment(
            sample.AddShell("talker", "echo one; echo two >&2"), "PASSWORD", "hunter2");
        await sample.StartAsync();
        await sample.OutputAsync("talker");

        var file = await File.ReadAllTextAsync(Path.Combine(sample.Folder, ".aspire", "logs", "talker.log"), sample.Patience);
        file.ShouldContain("Z one\n");
        file.ShouldContain("Z two\n");
        file.ShouldNotContain("hunter2");
        var lines = sample.App.Services.GetRequiredService<ResourceLoggerService>().GetLog("talker").Lines();
        lines.Single(line => line.Content.EndsWith("two", StringComparison.Ordinal)).IsErrorMessage.ShouldBeTrue();
    }

    internal static bool IsAlive(int pid)
    {
        // A zombie is dead; only its parent has not noticed yet.
        var status = $"/proc/{pid}/stat";
        try
        {
            return !Directory.Exists("/proc/self")
                ? Process.GetProcesses().Any(process => process.Id == pid)
                : File.Exists(status) && !File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static async Task<int[]> PidsAsync(SampleApplication sample, params string[] files)
    {
        var pids = new List<int>();
        foreach (var file in files)
        {
            pids.Add(await PidAsync(Path.Combine(sample.Folder, file), sample.Patience));
        }

        return [.. pids];
    }

    internal static async Task<int> PidAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (File.Exists(path)
                && int.TryParse(await File.ReadAllTextAsync(path, cancellationToken), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var pid))
            {
                return pid;
            }

            await Task.Delay(20, cancellationToken);
        }
    }
}
