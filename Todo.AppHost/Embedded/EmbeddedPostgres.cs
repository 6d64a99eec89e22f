using System.Globalization;
using Npgsql;

namespace Todo.AppHost.Embedded;

/// <summary>PostgreSQL as a local process, for machines without a container engine.</summary>
public static class EmbeddedPostgres
{
    /// <summary>The superuser, under the name the container image gives it.</summary>
    public const string UserName = "postgres";

    private static readonly TimeSpan SetupPatience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Does all that has to be done before the server starts: takes the folder's lock, finds the programs (or fetches them), initialises
    /// the data folder once, stops a server left over from a killed start, chooses a port. Takes seconds the first time, else a fraction of one.
    /// </summary>
    /// <exception cref="EmbeddedServerException">With what to do about it. Existing data is never changed by a preparation that fails.</exception>
    public static ServerProcess Prepare(EmbeddedPostgresOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var report = options.Report ?? (_ => { });
        var folder = ServerFolder.Open(ServerKind.Postgres, options.Folder, report);
        return folder.DisposeOnError(() => Prepare(options, folder, report));
    }

    /// <summary>Prepares a server and starts it; for tests and benchmarks.</summary>
    /// <exception cref="EmbeddedServerException">With what to do about it.</exception>
    public static Task<EmbeddedServer> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancellationToken = default) =>
        EmbeddedServer.StartAsync(Prepare(options), cancellationToken);

    private static ServerProcess Prepare(EmbeddedPostgresOptions options, ServerFolder folder, Action<string> report)
    {
        var major = MajorOf(folder);
        var binaries = PostgresBinaries.Find(major, folder, options.BinFolder, report);
        var password = folder.ReadOrCreatePassword(out var isNew);
        if (major is null)
        {
            report($"Initialising a PostgreSQL {binaries.Major} data folder in {folder.Data}");
            Initialise(options, folder, binaries, password);
        }
        else
        {
            Leftovers.Stop(ServerKind.Postgres, folder.Data, report);
            if (isNew)
            {
                report($"The password of {folder.Data} is gone; setting a new one.");
                RunAlone(folder, binaries, folder.Data, password, "fsync=on", SetPassword(password));
                folder.KeepPassword(password);
            }
        }

        var port = folder.ChoosePort();
        var command = folder.AsServer([binaries.Postgres, "-D", folder.Data, .. Settings(options, port).SelectMany(setting => new[] { "-c", setting })]);
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = UserName,
            Password = password,
            Database = options.Database,
        };
        return new ServerProcess(
            ServerKind.Postgres, folder, deleteAfterwards: options.Folder is null, cancellationToken => CheckAsync(connection, cancellationToken))
        {
            Name = $"PostgreSQL {binaries.Major}",
            FileName = command[0],
            Arguments = [.. command.Skip(1)],
            Environment = EnvironmentOf(binaries),
            Port = port,
            UserName = UserName,
            Password = password,
            ConnectionString = connection.ConnectionString,
        };
    }

    /// <summary>The major version that made the data folder; null if there is none yet.</summary>
    private static int? MajorOf(ServerFolder folder)
    {
        if (!Directory.Exists(folder.Data))
        {
            return null;
        }

        var file = Path.Combine(folder.Data, "PG_VERSION");
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major))
        {
            return major;
        }

        if (!Directory.EnumerateFileSystemEntries(folder.Data).Any())
        {
            Directory.Delete(folder.Data);
            return null;
        }

        throw new EmbeddedServerException(
            $"{folder.Data} is not empty, but no PostgreSQL data folder either (it has no PG_VERSION). It was not touched. Move it away, then start again.");
    }

    /// <summary>
    /// Initialises beside the final place and renames at the end: whatever interrupts it, either there is a complete data folder or none.
    /// </summary>
    private static void Initialise(EmbeddedPostgresOptions options, ServerFolder folder, PostgresBinaries binaries, string password)
    {
        var unfinished = folder.Unfinished(ServerFolder.DataName);
        Directory.CreateDirectory(unfinished);
        folder.Own(unfinished);

        // Byte order sorts fastest and the same everywhere; upper and lower case follow Unicode where the system can.
        string[] locale = binaries.Major >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C", .. HasUnicodeLocale() ? new[] { "--lc-ctype=C.UTF-8" } : []];

        // "trust" holds only until pg_hba.conf is replaced below; nothing listens before.
        var initdb = Command.Run(
            folder.AsServer(
                [binaries.Initdb, "-D", unfinished, "-U", UserName, "--encoding=UTF8", .. locale, "--no-sync", "--data-checksums", "--auth=trust"]),
            folder.Path,
            EnvironmentOf(binaries),
            timeout: SetupPatience);
        RequireSuccess(initdb, folder.Path);

        // Written over the file that initdb made, which keeps its owner and mode.
        File.WriteAllText(
            Path.Combine(unfinished, "pg_hba.conf"),
            "# Loopback only, and never without the password.\nhost all all 127.0.0.1/32 scram-sha-256\n");
        RunAlone(
            folder,
            binaries,
            unfinished,
            password,
            "fsync=off",
            $"{SetPassword(password)}CREATE DATABASE \"{options.Database.Replace("\"", "\"\"", StringComparison.Ordinal)}\";\n");

        if (options.Durable)
        {
            // Once, at the end, instead of at every step.
            RequireSuccess(
                Command.Run(folder.AsServer(binaries.Initdb, "--sync-only", "-D", unfinished), folder.Path, EnvironmentOf(binaries), timeout: SetupPatience),
                folder.Path);
        }

        // The password first: a password without data is used for the next attempt, data without its password would need repair.
        folder.KeepPassword(password);
        Directory.Move(unfinished, folder.Data);
    }

    // The password's alphabet needs no escaping.
    private static string SetPassword(string password) => $"ALTER ROLE {UserName} PASSWORD '{password}';\n";

    /// <summary>Runs SQL in single-user mode: no network, no sign-in. One statement a line.</summary>
    private static void RunAlone(ServerFolder folder, PostgresBinaries binaries, string data, string password, string setting, string sql)
    {
        var result = Command.Run(
            folder.AsServer(
                binaries.Postgres, "--single", "-D", data,
                "-c", setting, "-c", "exit_on_error=on", "-c", "password_encryption=scram-sha-256", "-c", "log_statement=none", "postgres"),
            folder.Path,
            EnvironmentOf(binaries),
            sql,
            SetupPatience);
        RequireSuccess(result with { Output = result.Output.Replace(password, "***", StringComparison.Ordinal) }, data);
    }

    private static void RequireSuccess(CommandResult result, string where)
    {
        if (!result.Succeeded)
        {
            throw new EmbeddedServerException($"PostgreSQL could not set up a data folder in {where} (exit code {result.ExitCode}):\n{result.Output}");
        }
    }

    private static IEnumerable<string> Settings(EmbeddedPostgresOptions options, int port)
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            ["unix_socket_directories"] = "",
            ["max_connections"] = "200",

            // A transaction that touches every table of many schemas (a dump, a verify) takes a lock on each.
            ["max_locks_per_transaction"] = "256",
            ["shared_buffers"] = "128MB",
            ["password_encryption"] = "scram-sha-256",
            ["log_checkpoints"] = "off",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
        };
        if (!options.Durable)
        {
            settings["fsync"] = "off";
            settings["synchronous_commit"] = "off";
            settings["full_page_writes"] = "off";
        }

        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        return settings.Select(setting => $"{setting.Key}={setting.Value}");
    }

    private static Dictionary<string, string> EnvironmentOf(PostgresBinaries binaries) =>
        new(binaries.Environment)
        {
            // The developer's own locale may not exist for the server, and translated messages help nobody who searches for them.
            ["LC_ALL"] = "C",
        };

    private static bool HasUnicodeLocale() =>
        Command.Run(["locale", "-a"]).Output.Split('\n').Any(name => name.Trim() is "C.UTF-8" or "C.utf8");

    /// <summary>Signs in and asks something, creating the database if somebody dropped it.</summary>
    private static async Task CheckAsync(NpgsqlConnectionStringBuilder server, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(server.Database!, "SELECT 1").ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            var name = server.Database!.Replace("\"", "\"\"", StringComparison.Ordinal);
            await ExecuteAsync("postgres", $"CREATE DATABASE \"{name}\"").ConfigureAwait(false);
        }

        async Task ExecuteAsync(string database, string sql)
        {
            // Unpooled: a check must see the server as it is now, and leave no connection behind.
            var connectionString = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = database, Pooling = false, Timeout = 5 };
            await using var connection = new NpgsqlConnection(connectionString.ConnectionString);
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
#pragma warning disable CA2100 // The name of the database is quoted.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
