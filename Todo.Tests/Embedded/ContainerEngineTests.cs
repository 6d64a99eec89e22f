using System.Diagnostics;
using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Embedded;

public sealed class ContainerEngineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_engine_that_answers_is_used() => ContainerEngine.Find(Eventually.Patience, Program("exit 0")).ShouldNotBeNull();

    [Fact]
    public void A_program_whose_daemon_is_not_there_is_no_engine() => ContainerEngine.Find(Eventually.Patience, Program("exit 1")).ShouldBeNull();

    [Fact]
    public void No_program_is_no_engine() => ContainerEngine.Find(Eventually.Patience, _folder.In("nothing")).ShouldBeNull();

    [Fact]
    public void The_second_engine_is_asked_when_the_first_does_not_answer()
    {
        var second = Program("exit 0");

        ContainerEngine.Find(Eventually.Patience, Program("exit 1"), second).ShouldBe(second);
    }

    [Fact]
    public void An_engine_that_hangs_does_not_hold_up_the_start()
    {
        var watch = Stopwatch.StartNew();

        ContainerEngine.Find(TimeSpan.FromSeconds(1), Program("exec sleep 1000")).ShouldBeNull();

        watch.Elapsed.ShouldBeLessThan(Eventually.Patience);
    }

    private string Program(string script)
    {
        var file = _folder.In(Path.GetRandomFileName());

        // By a shell: a child that another test starts while this process writes has the file open too, and what somebody may write to can't be run.
        Ask.Shell($"printf '%s\\n' '#!/bin/sh' '{script}' >'{file}' && chmod +x '{file}'");
        return file;
    }
}
