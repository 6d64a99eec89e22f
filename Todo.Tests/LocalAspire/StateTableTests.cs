using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Console;

namespace Todo.Tests.LocalAspire;

public sealed class StateTableTests
{
    [Fact]
    public void The_table_says_what_runs_where_and_why_something_does_not()
    {
        var table = StateTable.Render(
        [
            News("database", new() { ResourceType = "Executable", Properties = [], State = "Running", Urls = [new("tcp", "tcp://localhost:5432", false)] }),
            News("migrations", new() { ResourceType = "Project", Properties = [], State = "Finished", ExitCode = 1, Reason = "exited with code 1" }),
            News("api", new() { ResourceType = "Project", Properties = [], State = "FailedToStart", Reason = "migrations exited with code 1: not started" }),
        ]);

        table.ReplaceLineEndings("\n").ShouldBe(
            """
            RESOURCE    TYPE        STATE          HEALTH  ADDRESS
            database    Executable  Running                tcp://localhost:5432
            migrations  Project     Finished (1)           exited with code 1
            api         Project     FailedToStart          migrations exited with code 1: not started

            """.ReplaceLineEndings("\n"));
    }

    private static ResourceEvent News(string name, CustomResourceSnapshot snapshot) =>
        new(new ExecutableResource(name, "true", "."), name, snapshot);
}
