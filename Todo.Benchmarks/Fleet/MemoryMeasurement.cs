using System.Diagnostics;
using System.Globalization;
using Todo.AppHost.Embedded;
using Todo.Benchmarks.Requests;
using Todo.Data;

namespace Todo.Benchmarks.Fleet;

/// <summary>The migration worker's peak memory in a run over so many tenants.</summary>
internal sealed record MemoryResult(int Tenants, double Megabytes);

/// <summary>The migration worker as a process of its own, over fleets of different sizes that are one migration behind.</summary>
internal sealed class MemoryMeasurement(EmbeddedServer server, FleetOptions options, Action<string> say)
{
    public async Task<IReadOnlyList<MemoryResult>> RunAsync(IReadOnlyList<int> sizes, CancellationToken cancellationToken)
    {
        var results = new List<MemoryResult>();
        var old = MigrationLines.Tenant.UpTo(MigrationLines.Tenant.Steps[^2].Id);
        foreach (var tenants in sizes)
        {
            say($"Making {tenants} tenants for the worker");
            await using var database = await BenchmarkDatabase.CreateAsync(server, cancellationToken);
            await database.ProvisionAsync(old, tenants, options.Connections, cancellationToken);
            await database.SettleAsync(cancellationToken);
            var peak = await PeakAsync(database, cancellationToken);
            var behind = await database.ScalarAsync<long>($"SELECT count(*) FROM public.tenants WHERE schema_version <> '{MigrationLines.Tenant.Head.Id}'", cancellationToken);
            results.Add(behind == 0 ? new MemoryResult(tenants, peak) : throw new BenchmarkException($"The worker left {behind} tenants behind."));
            say(string.Create(CultureInfo.InvariantCulture, $"  worker over {tenants} tenants: {peak:0.0} MB"));
        }

        return results;
    }

    private async Task<double> PeakAsync(BenchmarkDatabase database, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(ServerUnderTest.DotnetProgram, ["exec", ServerUnderTest.InOutput("Todo.MigrationWorker.dll")])
        {
            // Away from the settings files of the other programs in this one's folder.
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("OTEL_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ConnectionStrings__tododb"] = database.ConnectionString;
        start.Environment["Migration__Parallelism"] = options.Connections.ToString(CultureInfo.InvariantCulture);
        using var worker = Process.Start(start)!;
        try
        {
            var output = worker.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = worker.StandardError.ReadToEndAsync(cancellationToken);
            var peak = 0.0;
            while (!worker.HasExited)
            {
                peak = Math.Max(peak, PeakOf(worker.Id));
                await Task.Delay(10, cancellationToken);
            }

            await worker.WaitForExitAsync(cancellationToken);
            return worker.ExitCode == 0 ? peak : throw new BenchmarkException($"The worker ended with code {worker.ExitCode}:\n{await output}\n{await errors}");
        }
        finally
        {
            worker.Kill();
        }
    }

    // The kernel's own record of the largest resident set so far; gone when the process is.
    private static double PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(':')[1].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) / 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
