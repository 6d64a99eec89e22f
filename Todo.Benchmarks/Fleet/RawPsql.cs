using System.Diagnostics;
using System.Globalization;
using System.Text;
using Todo.AppHost.Embedded;

namespace Todo.Benchmarks.Fleet;

/// <summary>
/// The bare way: SQL in a file, fed to PostgreSQL's own client, one process and file for each connection. It plans nothing, checks nothing
/// and keeps no record beyond what the statements themselves write.
/// </summary>
internal sealed class RawPsql
{
    private readonly EmbeddedServer _server;
    private readonly string _program;

    public RawPsql(EmbeddedServer server)
    {
        _server = server;
        _program = Find(server.Definition);
    }

    /// <summary>Writes the scripts, one for each connection, the pieces dealt out in turn; then runs them all and returns how long that took.</summary>
    /// <exception cref="BenchmarkException">A statement failed.</exception>
    public async Task<TimeSpan> RunAsync(string database, IEnumerable<string> pieces, int connections, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("todo-fleet-");
        try
        {
            var files = new List<string>();
            foreach (var share in pieces.Select((piece, number) => (piece, number)).GroupBy(pair => pair.number % connections, pair => pair.piece))
            {
                var file = Path.Combine(folder.FullName, $"{share.Key}.sql");
                await File.WriteAllTextAsync(file, string.Concat(share), new UTF8Encoding(false), cancellationToken);
                files.Add(file);
            }

            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(files.Select(file => RunAsync(database, file, cancellationToken)));
            return Stopwatch.GetElapsedTime(started);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>One transaction in one schema.</summary>
    public static string Transaction(string schema, IEnumerable<string> before, IEnumerable<string> statements)
    {
        var text = new StringBuilder("BEGIN;\n");
        foreach (var statement in (string[])[.. before, $"SET LOCAL search_path = {schema}", .. statements, "COMMIT"])
        {
            text.Append(statement).Append(";\n");
        }

        return text.ToString();
    }

    private async Task RunAsync(string database, string file, CancellationToken cancellationToken)
    {
        var definition = _server.Definition;
        var start = new ProcessStartInfo(
            _program,
            [
                "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", definition.Host, "-p", definition.Port.ToString(CultureInfo.InvariantCulture),
                "-U", definition.UserName!, "-d", database, "-f", file,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in definition.Environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["PGPASSWORD"] = definition.Password;
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            await output;
            if (process.ExitCode != 0)
            {
                throw new BenchmarkException($"psql ended with code {process.ExitCode}: {await errors}");
            }
        }
        finally
        {
            process.Kill();
        }
    }

    // Beside the server's program, of the same version; else whichever is on the PATH.
    private static string Find(ServerProcess server)
    {
        var beside = server.Arguments.Prepend(server.FileName).FirstOrDefault(argument => Path.IsPathRooted(argument) && Path.GetFileName(argument) == "postgres");
        return new[] { Path.GetDirectoryName(beside) ?? "" }
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            .Where(Path.IsPathRooted)
            .Select(folder => Path.Combine(folder, "psql"))
            .FirstOrDefault(File.Exists) ?? throw new BenchmarkException("There is no psql beside the server's programs, nor on the PATH: install PostgreSQL's client.");
    }
}
