using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Todo.Tests.Servers;

namespace Todo.Tests.LocalAspire;

public sealed class OrderTests
{
    [Fact]
    public async Task A_resource_starts_only_when_what_it_waits_for_is_healthy()
    {
        await using var sample = new SampleApplication();
        var healthy = false;
        sample.Builder.Services.AddHealthChecks().AddCheck("flag", () => healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not yet"));
        var server = sample.AddShell("server", "exec sleep 100").WithHealthCheck("flag");
        sample.AddShell("client", "exec sleep 100").WaitFor(server);

        await sample.StartAsync();
        var waiting = await sample.WhenAsync("client", KnownResourceStates.Waiting);
        waiting.Reason.ShouldBe("waiting for server to be healthy");
        var unwell = await sample.States.WaitForResourceAsync("server", e => e.Snapshot.HealthReports.Any(r => r.Description == "not yet"), sample.Patience);
        unwell.Snapshot.HealthStatus.ShouldBe(HealthStatus.Unhealthy);

        healthy = true;
        await sample.WhenAsync("client", KnownResourceStates.Running);
    }

    [Fact]
    public async Task A_resource_waits_for_the_completion_of_another()
    {
        await using var sample = new SampleApplication();
        var worker = sample.AddShell("worker", "while [ ! -e go ]; do sleep 0.05; done; echo done > result");
        sample.AddShell("api", "cat result").WaitForCompletion(worker);

        await sample.StartAsync();
        var waiting = await sample.WhenAsync("api", KnownResourceStates.Waiting);
        waiting.Reason.ShouldBe("waiting for worker to complete");
        await File.WriteAllTextAsync(Path.Combine(sample.Folder, "go"), "", sample.Patience);

        (await sample.OutputAsync("api")).ShouldEndWith("done");
    }

    [Fact]
    public async Task A_failed_worker_keeps_its_dependents_from_starting_and_says_why()
    {
        await using var sample = new SampleApplication();
        var worker = sample.AddShell("worker", "echo out of luck; exit 3");
        var api = sample.AddShell("api", "echo never").WaitForCompletion(worker);
        sample.AddShell("web", "echo never").WaitFor(api);

        await sample.StartAsync();

        (await sample.WhenAsync("worker", KnownResourceStates.Finished)).ExitCode.ShouldBe(3);
        (await sample.WhenAsync("api", KnownResourceStates.FailedToStart)).Reason.ShouldBe("worker exited with code 3: not started");
        (await sample.WhenAsync("web", KnownResourceStates.FailedToStart)).Reason
            .ShouldBe("api failed to start (worker exited with code 3: not started): not started");
        (await sample.LogAsync("api")).ShouldNotContain("never\n");
    }

    [Fact]
    public async Task Another_exit_code_than_zero_may_be_the_expected_one()
    {
        await using var sample = new SampleApplication();
        var worker = sample.AddShell("worker", "exit 7");
        sample.AddShell("api", "echo started").WaitForCompletion(worker, exitCode: 7);

        await sample.StartAsync();

        (await sample.OutputAsync("api")).ShouldEndWith("started");
    }

    [Fact]
    public async Task Waiting_for_health_ends_when_the_resource_ends()
    {
        await using var sample = new SampleApplication();
        sample.Builder.Services.AddHealthChecks().AddCheck("never", () => HealthCheckResult.Unhealthy());
        sample.AddShell("server", "exit 1").WithHealthCheck("never");

        await sample.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(
            () => sample.States.WaitForResourceHealthyAsync("server", sample.Patience));
        failure.Message.ShouldContain("exited with code 1");
    }

    [Fact]
    public async Task Dependents_wait_for_what_is_done_when_a_resource_is_ready()
    {
        await using var sample = new SampleApplication();
        var seeded = new TaskCompletionSource();
        var server = sample.AddShell("server", "exec sleep 100").OnResourceReady((_, _, _) => seeded.Task);
        var started = false;
        sample.AddShell("client", "exec sleep 100").WaitFor(server).OnBeforeResourceStarted((_, _, _) =>
        {
            started = true;
            return Task.CompletedTask;
        });

        await sample.StartAsync();
        await sample.States.WaitForResourceAsync("server", e => e.Snapshot.ReadyTold is not null, sample.Patience);
        started.ShouldBeFalse();

        seeded.SetResult();
        await sample.WhenAsync("client", KnownResourceStates.Running);
        started.ShouldBeTrue();
    }

    [Fact]
    public async Task Dependents_are_stopped_before_what_they_depend_on()
    {
        await using var sample = new SampleApplication();

        // They are deaf to what follows TERM after a few seconds: on a busy machine they may not even have had their turn by then.
        const string Script = "trap '' INT QUIT; trap 'echo $0 >> order; exit 0' TERM; : > $0.listens; while :; do sleep 0.05; done";
        var database = sample.Builder.AddExecutable("database", "/bin/sh", ".", "-c", Script, "database");
        var connection = sample.Builder.AddConnectionString("connection", ReferenceExpression.Create($"Name={database.Resource.Name}"));
        connection.WaitForStart(database);
        var api = sample.Builder.AddExecutable("api", "/bin/sh", ".", "-c", Script, "api").WithReference(connection);
        var web = sample.Builder.AddExecutable("web", "/bin/sh", ".", "-c", Script, "web").WaitFor(api);
        await sample.StartAsync();
        await sample.WhenAsync("web", KnownResourceStates.Running);
        await sample.WhenAsync("api", KnownResourceStates.Running);
        StopOrder.Of([database.Resource, connection.Resource, api.Resource, web.Resource]).Select(level => level.Single().Name)
            .ShouldBe(["web", "api", "connection", "database"]);

        // A shell that is told to stop before it has set its trap just stops.
        string[] processes = ["web", "api", "database"];
        await Eventually.TrueAsync(() => Task.FromResult(processes.All(name => File.Exists(Path.Combine(sample.Folder, name + ".listens")))));
        await sample.App.StopAsync(sample.Patience);

        (await File.ReadAllLinesAsync(Path.Combine(sample.Folder, "order"), sample.Patience)).ShouldBe(processes);
    }

    [Fact]
    public async Task A_resource_with_explicit_start_starts_by_its_command_and_restarts()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("tool", "exec sleep 100").WithExplicitStart();
        await sample.StartAsync();
        (await sample.WhenAsync("tool", KnownResourceStates.NotStarted)).StartTimeStamp.ShouldBeNull();

        (await sample.App.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.StartCommand, sample.Patience)).Success.ShouldBeTrue();
        var first = Pid(await sample.WhenAsync("tool", KnownResourceStates.Running));
        (await sample.App.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.RestartCommand, sample.Patience)).Success.ShouldBeTrue();
        Pid(await sample.WhenAsync("tool", KnownResourceStates.Running)).ShouldNotBe(first);
        (await sample.App.ResourceCommands.ExecuteCommandAsync("tool", KnownResourceCommands.StopCommand, sample.Patience)).Success.ShouldBeTrue();
        await sample.WhenAsync("tool", KnownResourceStates.Exited);

        static object? Pid(CustomResourceSnapshot snapshot) => snapshot.Properties.Single(p => p.Name == "executable.pid").Value;
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_reported_as_such()
    {
        await using var sample = new SampleApplication();
        sample.Builder.AddExecutable("ghost", "no-such-program", ".");

        await sample.StartAsync();

        (await sample.WhenAsync("ghost", KnownResourceStates.FailedToStart)).Reason.ShouldBe("the program 'no-such-program' was not found");
    }
}
