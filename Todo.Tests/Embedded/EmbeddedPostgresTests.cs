using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Embedded;

public sealed class EmbeddedPostgresTests(InitialisedPostgres initialised) : IClassFixture<InitialisedPostgres>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_throw_away_server_serves_and_leaves_nothing_behind()
    {
        string folder;
        int id;
        await using (var server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway))
        {
            folder = server.Definition.WorkingDirectory;
            id = server.ProcessId;
            (await Ask.Postgres(server.ConnectionString, "SELECT current_database()")).ShouldBe("tododb");
        }

        Directory.Exists(folder).ShouldBeFalse();
        OtherProcess.IsAlive(id).ShouldBeFalse();
    }

    [Fact]
    public async Task Data_password_and_port_survive_a_restart()
    {
        initialised.CopyTo(_folder);
        string before;
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            before = server.ConnectionString;
            await Ask.Postgres(before, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        await using var again = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        again.ConnectionString.ShouldBe(before);
        (await Ask.Postgres(again.ConnectionString, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_new_server_is_set_up_safely()
    {
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions with { Durable = true });
        async Task<string> Setting(string name) => (string)(await Ask.Postgres(server.ConnectionString, $"SHOW {name}"))!;

        (await Setting("listen_addresses")).ShouldBe("127.0.0.1");
        (await Setting("unix_socket_directories")).ShouldBe("");
        (await Setting("data_checksums")).ShouldBe("on");
        (await Setting("server_encoding")).ShouldBe("UTF8");
        (await Setting("fsync")).ShouldBe("on");
        (await Setting("synchronous_commit")).ShouldBe("on");
        (await Setting("full_page_writes")).ShouldBe("on");
        (await Setting("max_connections")).ShouldBe("200");
        (await Ask.Postgres(server.ConnectionString, "SELECT lower('ÄÉ')")).ShouldBe("äé");
        (await Ask.Postgres(server.ConnectionString, "SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b','B','a']) x")).ShouldBe("Bab");
        (await Ask.Postgres(server.ConnectionString, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'")).ShouldBe(0L);
        (await Ask.Postgres(server.ConnectionString, "SELECT rolpassword LIKE 'SCRAM-SHA-256$%' FROM pg_authid WHERE rolname = 'postgres'")).ShouldBe(true);

        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "guess" }.ConnectionString;
        (await Should.ThrowAsync<PostgresException>(() => Ask.Postgres(wrong, "SELECT 1"))).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Fact]
    public async Task The_password_is_a_secret_of_its_folder()
    {
        initialised.CopyTo(_folder);
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        var password = server.Definition.Password;
        await Should.ThrowAsync<PostgresException>(() => Ask.Postgres(server.ConnectionString, "SELECT nonsense"));

        password.Length.ShouldBe(32);
        Ask.Shell($"find '{server.Definition.WorkingDirectory}' -maxdepth 1 -name password -perm 600").ShouldNotBeEmpty();
        server.Definition.Arguments.ShouldNotContain(argument => argument.Contains(password));
        server.Definition.ToString().ShouldNotContain(password);
        Ask.Shell("ps -ww -eo args").ShouldNotContain(password);
        File.ReadAllText(server.Definition.LogFile).ShouldNotContain(password);
    }

    [Fact]
    public async Task The_server_does_not_run_as_root()
    {
        initialised.CopyTo(_folder);
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);

        var user = Ask.Shell($"ps -o uid= -p {server.ProcessId}");
        user.ShouldBe(FileOwner.Of(server.Definition.DataFolder).ToString(CultureInfo.InvariantCulture));
        user.ShouldNotBe("0");
    }

    [Fact]
    public async Task A_folder_out_of_reach_of_the_servers_account_is_replaced_by_a_system_folder()
    {
        // As root's own home: nobody else gets in. For an ordinary user, who runs the server himself, it is no obstacle.
        var home = Directory.CreateDirectory(_folder.In("home")).FullName;
        Ask.Shell($"chmod 700 '{home}'");
        var wanted = Path.Combine(home, ".todo", "postgres");
        var options = _folder.PostgresOptions with { Folder = wanted };
        var root = Environment.IsPrivilegedProcess;
        string? real = null;
        try
        {
            await using (var server = await EmbeddedPostgres.StartAsync(options))
            {
                real = server.Definition.WorkingDirectory;
                await Ask.Postgres(server.ConnectionString, "CREATE TABLE kept AS SELECT 1");
                real.StartsWith(root ? ServerFolder.SystemRoot + "/" : home, StringComparison.Ordinal).ShouldBeTrue(real);
                File.Exists(Path.Combine(wanted, "README")).ShouldBe(root);
                if (root)
                {
                    File.ReadAllText(Path.Combine(wanted, "README")).ShouldContain(real);
                }
            }

            await using var again = await EmbeddedPostgres.StartAsync(options);
            (await Ask.Postgres(again.ConnectionString, "SELECT count(*) FROM kept")).ShouldBe(1L);
        }
        finally
        {
            if (root && real is not null)
            {
                Directory.Delete(Path.GetDirectoryName(real)!, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_busy_port_is_left_alone()
    {
        initialised.CopyTo(_folder);
        int port;
        using (var first = EmbeddedPostgres.Prepare(_folder.PostgresOptions))
        {
            port = first.Port;
        }

        using var neighbour = new TcpListener(IPAddress.Any, port);
        neighbour.Start();
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            server.Definition.Port.ShouldNotBe(port);
            (await Ask.Postgres(server.ConnectionString, "SHOW port")).ShouldBe(server.Definition.Port.ToString(CultureInfo.InvariantCulture));
        }

        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, port);
        client.Connected.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_start_on_the_same_folder_is_refused_and_told_whose_it_is()
    {
        initialised.CopyTo(_folder);
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);

        var error = Should.Throw<EmbeddedServerException>(() => EmbeddedPostgres.Prepare(_folder.PostgresOptions));

        error.Message.ShouldContain(_folder.Postgres);
        error.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        (await Ask.Postgres(server.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public async Task The_lock_holds_between_processes_and_ends_with_them()
    {
        initialised.CopyTo(_folder);
        using var other = Process.Start(new ProcessStartInfo(
            "/bin/sh",
            ["-c", $"exec 9<>'{_folder.Postgres}/lock'; flock -x 9 && echo $$ >'{_folder.Postgres}/owner' && echo locked && exec sleep 1000"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            (await other.StandardOutput.ReadLineAsync()).ShouldBe("locked");
            await Eventually.TrueAsync(() => Task.FromResult(OtherProcess.CommandLine(other.Id) == "sleep 1000"));
            var error = Should.Throw<EmbeddedServerException>(() => EmbeddedPostgres.Prepare(_folder.PostgresOptions));
            error.Message.ShouldContain($"process {other.Id} (sleep 1000)");
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync();
        }

        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        server.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public async Task Two_checkouts_run_at_once()
    {
        using var other = new TemporaryFolder();
        await using var one = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        await using var two = await EmbeddedPostgres.StartAsync(other.PostgresOptions);

        (await Ask.Postgres(one.ConnectionString, "SHOW data_directory")).ShouldBe(one.Definition.DataFolder);
        (await Ask.Postgres(two.ConnectionString, "SHOW data_directory")).ShouldBe(two.Definition.DataFolder);
        one.Definition.Password.ShouldNotBe(two.Definition.Password);
    }

    [Fact]
    public async Task A_server_whose_launcher_was_killed_is_stopped_and_its_data_taken_over()
    {
        initialised.CopyTo(_folder);
        // What a killed launcher leaves: a running server, and a lock that nobody holds.
        var abandoned = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        await Ask.Postgres(abandoned.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        var id = abandoned.ProcessId;
        abandoned.Definition.Dispose();

        var reported = new List<string>();
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions with { Report = reported.Add });

        OtherProcess.IsAlive(id).ShouldBeFalse();
        reported.ShouldContain(line => line.Contains($"process {id}"));
        server.Definition.Port.ShouldBe(abandoned.Definition.Port);
        (await Ask.Postgres(server.ConnectionString, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task What_a_killed_test_run_left_behind_goes_with_the_next_one()
    {
        var abandoned = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway);
        var (id, folder) = (abandoned.ProcessId, abandoned.Definition.WorkingDirectory);

        // In this order: once it is free, another test class may sweep it away at any moment.
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddMinutes(-1));
        abandoned.Definition.ReleaseLock();

        using (EmbeddedPostgres.Prepare(EmbeddedPostgresOptions.ThrowAway))
        {
        }

        // By us or by another test class that starts a server at this moment.
        OtherProcess.WaitUntil(() => !OtherProcess.IsAlive(id) && !Directory.Exists(folder), Eventually.Patience).ShouldBeTrue();
    }

    [Fact]
    public async Task A_kill_loses_nothing_that_was_committed()
    {
        initialised.CopyTo(_folder);
        await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions with { Durable = true });
        await Ask.Postgres(server.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");

        await server.KillAsync();
        server.IsRunning.ShouldBeFalse();
        await Should.ThrowAsync<NpgsqlException>(() => Ask.Postgres(server.ConnectionString, "SELECT 1"));

        await server.StartAgainAsync();
        (await Ask.Postgres(server.ConnectionString, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_pid_file_whose_id_now_belongs_to_another_process_does_not_stop_the_start()
    {
        initialised.CopyTo(_folder);
        string pidFile;
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            await server.KillAsync();
            pidFile = Path.Combine(server.Definition.DataFolder, "postmaster.pid");
        }

        // A process of the very user that runs the server, which PostgreSQL itself would take for a rival.
        var command = ServerAccount.Choose(_folder.Postgres)?.Wrap(["sleep", "1000"]) ?? ["sleep", "1000"];
        using var bystander = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)))!;
        try
        {
            var lines = File.ReadAllLines(pidFile);
            lines[0] = bystander.Id.ToString(CultureInfo.InvariantCulture);
            File.WriteAllLines(pidFile, lines);

            await using var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
            (await Ask.Postgres(server.ConnectionString, "SELECT 1")).ShouldBe(1);
            bystander.HasExited.ShouldBeFalse();
        }
        finally
        {
            bystander.Kill();
            await bystander.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_pid_file_of_a_dead_process_does_not_stop_the_start()
    {
        initialised.CopyTo(_folder);
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            await server.KillAsync();
            File.Exists(Path.Combine(server.Definition.DataFolder, "postmaster.pid")).ShouldBeTrue();
        }

        await using var again = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        (await Ask.Postgres(again.ConnectionString, "SELECT 1")).ShouldBe(1);
    }

    [Fact]
    public void A_half_done_initialisation_is_done_again()
    {
        initialised.CopyTo(_folder);

        // As a kill in the middle leaves it.
        var data = Path.Combine(_folder.Postgres, "data");
        Directory.Move(data, data + ".unfinished");
        File.Delete(Path.Combine(data + ".unfinished", "global", "pg_control"));

        using (var server = EmbeddedPostgres.Prepare(_folder.PostgresOptions))
        {
            File.Exists(Path.Combine(server.DataFolder, "global", "pg_control")).ShouldBeTrue();
        }

        Directory.Exists(data + ".unfinished").ShouldBeFalse();
    }

    [Fact]
    public void Data_of_another_major_version_is_refused_and_not_touched()
    {
        initialised.CopyTo(_folder);
        var data = Path.Combine(_folder.Postgres, "data");
        var installed = File.ReadAllText(Path.Combine(data, "PG_VERSION")).Trim();
        File.WriteAllText(Path.Combine(data, "PG_VERSION"), "12\n");
        string State() => Ask.Shell($"cd '{data}' && find . -type f -exec cksum {{}} + | sort");
        var before = State();

        var error = Should.Throw<EmbeddedServerException>(() => EmbeddedPostgres.Prepare(_folder.PostgresOptions));

        error.Message.ShouldContain(data);
        error.Message.ShouldContain("PostgreSQL 12");
        error.Message.ShouldContain($"is only PostgreSQL {installed}");
        error.Message.ShouldContain("move the folder away");
        State().ShouldBe(before);
    }

    [Fact]
    public void A_folder_with_something_else_in_it_is_refused_and_not_touched()
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Postgres, "data")).FullName, "thesis.txt");
        File.WriteAllText(file, "years of work");

        var error = Should.Throw<EmbeddedServerException>(() => EmbeddedPostgres.Prepare(_folder.PostgresOptions));

        error.Message.ShouldContain("PG_VERSION");
        File.ReadAllText(file).ShouldBe("years of work");
    }

    [Fact]
    public void A_folder_that_cannot_be_is_named()
    {
        File.WriteAllText(_folder.In("file"), "");

        var error = Should.Throw<EmbeddedServerException>(() =>
            EmbeddedPostgres.Prepare(_folder.PostgresOptions with { Folder = Path.Combine(_folder.In("file"), "postgres") }));

        error.Message.ShouldContain(_folder.In("file"));
    }

    [Fact]
    public async Task A_lost_password_is_replaced_and_the_data_kept()
    {
        initialised.CopyTo(_folder);
        string lost;
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            lost = server.Definition.Password;
            await Ask.Postgres(server.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        File.Delete(Path.Combine(_folder.Postgres, "password"));

        await using var again = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        again.Definition.Password.ShouldNotBe(lost);
        (await Ask.Postgres(again.ConnectionString, "SELECT answer FROM kept")).ShouldBe(42);
    }

    [Fact]
    public async Task A_dropped_database_comes_back_empty()
    {
        initialised.CopyTo(_folder);
        await using (var server = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions))
        {
            var maintenance = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString;
            await Ask.Postgres(maintenance, "DROP DATABASE tododb WITH (FORCE)");
        }

        await using var again = await EmbeddedPostgres.StartAsync(_folder.PostgresOptions);
        (await Ask.Postgres(again.ConnectionString, "SELECT current_database()")).ShouldBe("tododb");
    }

    [Fact]
    public async Task A_failed_start_shows_the_end_of_the_servers_log()
    {
        initialised.CopyTo(_folder);
        var options = _folder.PostgresOptions with
        {
            Settings = new Dictionary<string, string> { ["shared_preload_libraries"] = "no_such_library" },
        };

        var error = await Should.ThrowAsync<EmbeddedServerException>(() => EmbeddedPostgres.StartAsync(options));

        error.Message.ShouldContain("no_such_library");
        error.Message.ShouldContain(_folder.Postgres);
        error.Message.ShouldNotContain(File.ReadAllText(Path.Combine(_folder.Postgres, "password")).Trim());
    }

    [Fact]
    public void Every_way_to_switch_the_user_runs_the_command_as_that_user()
    {
        var account = ServerAccount.Choose(_folder.Postgres);
        if (!Environment.IsPrivilegedProcess)
        {
            account.ShouldBeNull();
            return;
        }

        foreach (var program in (string[])["setpriv", "runuser", "su"])
        {
            var path = Command.Find(program).ShouldNotBeNull();
            var result = Command.Run(account.ShouldNotBeNull().Wrap(["sh", "-c", "id -u; echo \"$0\"", "two  words"], path));
            result.Output.ReplaceLineEndings("|").ShouldBe($"{account.UserId}|two  words", program);
        }
    }
}
