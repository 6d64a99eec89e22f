using Todo.MigrationWorker;
using Todo.Tests.Servers;

namespace Todo.Tests.MigrationWorker;

/// <summary>The worker as the AppHost starts it: secrets in the environment, where <c>ps</c> does not show them.</summary>
internal sealed class WorkerProcess(string connectionString, string environment = "Production", params string[] settings) : ObservedProcess(
    typeof(MigrationOptions).Assembly.Location,
    [$"--environment={environment}", .. settings],
    new Dictionary<string, string>
    {
        ["ConnectionStrings__tododb"] = connectionString,
        ["Migration__DemoPassword"] = "demo password",

        // It lives for a second, which is too short to gain from watching itself.
        ["DOTNET_TieredPGO"] = "0",
    });
