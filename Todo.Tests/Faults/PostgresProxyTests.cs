using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;
using Todo.Tests.Servers;

namespace Todo.Tests.Faults;

public sealed class PostgresProxyTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private PostgresProxy _proxy = null!;
    private NpgsqlDataSource _client = null!;

    public async Task InitializeAsync()
    {
        await database.ExecuteAsync("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int, data bytea)");
        _proxy = PostgresProxy.Start(database.ConnectionString);
        _client = NpgsqlDataSource.Create(_proxy.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16 * 1024 - 5)]
    [InlineData(10_000_000)]
    public async Task Binary_data_of_any_length_go_through_unchanged_both_ways(int length)
    {
        var data = RandomNumberGenerator.GetBytes(length);
        await using (var insert = _client.CreateCommand("INSERT INTO kept VALUES (1, $1)"))
        {
            insert.Parameters.Add(new() { Value = data });
            (await insert.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await using var select = _client.CreateCommand("SELECT data FROM kept");
        ((byte[])(await select.ExecuteScalarAsync())!).AsSpan().SequenceEqual(data).ShouldBeTrue();
        (await database.ScalarAsync<string>("SELECT encode(sha256(data), 'hex') FROM kept")).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(data)));
    }

    [Fact]
    public async Task Many_rows_go_through()
    {
        await using var rows = _client.CreateCommand("SELECT i, repeat('x', i % 1000) FROM generate_series(1, 50000) i");
        await using var reader = await rows.ExecuteReaderAsync();
        long sum = 0;
        while (await reader.ReadAsync())
        {
            reader.GetString(1).Length.ShouldBe(reader.GetInt32(0) % 1000);
            sum += reader.GetInt32(0);
        }

        sum.ShouldBe(50000L * 50001 / 2);
    }

    [Fact]
    public async Task Statements_are_logged_by_their_text_in_order_with_their_connection()
    {
        await using (var first = await _client.OpenConnectionAsync())
        {
            await using var second = await _client.OpenConnectionAsync();
            _proxy.Forget();
            await ExecuteAsync(first, "SELECT 1");
            await ExecuteAsync(second, "SELECT 2; SELECT 3");
            await ExecuteAsync(first, "-- Nothing.");
        }

        _proxy.Statements.Select(statement => (statement.Connection, statement.Sql, statement.Answer)).ShouldBe(
        [
            (1, "SELECT 1", StatementAnswer.Completed),
            (2, "SELECT 2", StatementAnswer.Completed),
            (2, "SELECT 3", StatementAnswer.Completed),
            (1, "-- Nothing.", StatementAnswer.Completed),
        ]);
        var numbers = _proxy.Statements.Select(statement => statement.Number).ToArray();
        numbers.ShouldBe(Enumerable.Range(numbers[0], 4));
    }

    [Fact]
    public async Task Prepared_statements_are_logged_by_their_text_too()
    {
        const string Explicit = "SELECT $1::int + 1";
        const string Automatic = "SELECT $1::int + 2";
        await using var client = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { MaxAutoPrepare = 5, AutoPrepareMinUsages = 2 });
        await using var connection = await client.OpenConnectionAsync();
        _proxy.Forget();
        await using var prepared = new NpgsqlCommand(Explicit, connection) { Parameters = { new() { NpgsqlDbType = NpgsqlDbType.Integer } } };
        await prepared.PrepareAsync();
        _proxy.Statements.ShouldBeEmpty();
        for (var i = 0; i < 3; i++)
        {
            prepared.Parameters[0].Value = i;
            (await prepared.ExecuteScalarAsync()).ShouldBe(i + 1);
            await using var automatic = new NpgsqlCommand(Automatic, connection) { Parameters = { new() { Value = i } } };
            (await automatic.ExecuteScalarAsync()).ShouldBe(i + 2);
        }

        _proxy.Statements.Select(statement => statement.Sql).ShouldBe([Explicit, Automatic, Explicit, Automatic, Explicit, Automatic]);
        await using var count = new NpgsqlCommand("SELECT count(*) FROM pg_prepared_statements", connection);
        (await count.ExecuteScalarAsync()).ShouldBe(2L);
    }

    [Fact]
    public async Task Copy_goes_through_both_ways_and_can_be_given_up()
    {
        const string In = "COPY kept (n, data) FROM STDIN (FORMAT binary)";
        await using var connection = await _client.OpenConnectionAsync();
        var data = RandomNumberGenerator.GetBytes(100_000);
        await using (var import = await connection.BeginBinaryImportAsync(In))
        {
            for (var i = 0; i < 20; i++)
            {
                await import.WriteRowAsync(CancellationToken.None, i, data);
            }

            (await import.CompleteAsync()).ShouldBe(20UL);
        }

        await using (var import = await connection.BeginBinaryImportAsync(In))
        {
            await import.WriteRowAsync(CancellationToken.None, 100, data);
        }

        await using (var export = await connection.BeginBinaryExportAsync("COPY (SELECT n, data FROM kept ORDER BY n) TO STDOUT (FORMAT binary)"))
        {
            for (var i = 0; i < 20; i++)
            {
                (await export.StartRowAsync()).ShouldBe(2);
                (await export.ReadAsync<int>()).ShouldBe(i);
                (await export.ReadAsync<byte[]>()).AsSpan().SequenceEqual(data).ShouldBeTrue();
            }

            (await export.StartRowAsync()).ShouldBe(-1);
        }

        _proxy.Statements.Where(statement => statement.Sql == In).Select(statement => statement.Answer).ShouldBe([StatementAnswer.Completed, StatementAnswer.Failed]);
    }

    [Fact]
    public async Task An_error_within_a_batch_goes_through_and_the_connection_lives_on()
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Forget();

        var error = await Should.ThrowAsync<PostgresException>(() => BatchAsync(connection, "SELECT 1", "SELECT 1/0", "SELECT 2", "SELECT 3"));

        error.SqlState.ShouldBe(PostgresErrorCodes.DivisionByZero);
        error.BatchCommand.ShouldNotBeNull().CommandText.ShouldBe("SELECT 1/0");
        (await Should.ThrowAsync<PostgresException>(() => ExecuteAsync(connection, "SELECT nonsense"))).SqlState.ShouldBe(PostgresErrorCodes.UndefinedColumn);
        await ExecuteAsync(connection, "SELECT 4");
        _proxy.Statements.Select(statement => statement.Answer).ShouldBe(
        [
            StatementAnswer.Completed, StatementAnswer.Failed, StatementAnswer.Skipped, StatementAnswer.Skipped,
            StatementAnswer.Failed,
            StatementAnswer.Completed,
        ]);
    }

    [Fact]
    public async Task Connections_do_not_mix()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(async worker =>
        {
            await using var connection = await _client.OpenConnectionAsync();
            for (var i = 0; i < 50; i++)
            {
                await using var command = new NpgsqlCommand("SELECT $1::int", connection) { Parameters = { new() { Value = (worker * 1000) + i } } };
                (await command.ExecuteScalarAsync()).ShouldBe((worker * 1000) + i);
            }
        }));

        var sent = _proxy.Statements.Where(statement => statement.Sql == "SELECT $1::int").ToArray();
        sent.Length.ShouldBe(500);
        sent.ShouldAllBe(statement => statement.Answer == StatementAnswer.Completed && statement.BackendProcessId > 0);
        sent.Select(statement => statement.Connection).Distinct().Count().ShouldBe(sent.Select(statement => statement.BackendProcessId).Distinct().Count());
    }

    [Fact]
    public async Task A_request_to_cancel_reaches_the_server()
    {
        // Npgsql breaks a connection whose server has not answered a request to cancel after two seconds.
        await using var client = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { CancellationTimeout = (int)Eventually.Patience.TotalMilliseconds });
        using var cancel = new CancellationTokenSource();
        await using var connection = await client.OpenConnectionAsync();
        var sleeping = ExecuteAsync(connection, "SELECT pg_sleep(600)", cancel.Token);
        await Eventually.TrueAsync(() => database.ScalarAsync<bool>($"SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = {connection.ProcessID}"));
        await cancel.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => sleeping);

        // The server itself ended it: the connection can be used again.
        _proxy.Statements.Single(statement => statement.Sql == "SELECT pg_sleep(600)").Answer.ShouldBe(StatementAnswer.Failed);
        await ExecuteAsync(connection, "SELECT 1");
    }

    [Fact]
    public async Task What_the_server_says_unasked_goes_through()
    {
        await using var connection = await _client.OpenConnectionAsync();
        var heard = "";
        connection.Notification += (_, notification) => heard = notification.Payload;
        await ExecuteAsync(connection, "LISTEN proxied");
        await database.ExecuteAsync("NOTIFY proxied, 'hello'");
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await connection.WaitAsync(patience.Token);
        heard.ShouldBe("hello");
    }

    [Fact]
    public async Task Encryption_is_declined_and_a_refusal_to_sign_in_goes_through()
    {
        await using var preferred = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { SslMode = SslMode.Prefer, Pooling = false });
        await using (await preferred.OpenConnectionAsync())
        {
        }

        await using var stranger = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { Password = "guess" });
        (await Should.ThrowAsync<PostgresException>(async () => await stranger.OpenConnectionAsync())).SqlState.ShouldBe(PostgresErrorCodes.InvalidPassword);
    }

    [Theory]
    [MemberData(nameof(EverySideOfABatch))]
    public async Task A_cut_connection_leaves_exactly_what_the_server_had_executed(FaultSide side, int ordinal, bool kept)
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(new FaultPoint { Side = side, Ordinal = ordinal });

        var error = await Should.ThrowAsync<NpgsqlException>(() => InsertTwoAsync(connection));

        error.ShouldNotBeOfType<PostgresException>();
        await StruckAsync(side, ordinal, kept);
    }

    [Theory]
    [MemberData(nameof(EverySideOfABatch))]
    public async Task A_terminated_backend_leaves_exactly_what_it_had_executed(FaultSide side, int ordinal, bool kept)
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Arm(new FaultPoint { Side = side, Ordinal = ordinal }, FaultAction.TerminateBackend);

        var error = await Should.ThrowAsync<PostgresException>(() => InsertTwoAsync(connection));

        error.SqlState.ShouldBe(PostgresErrorCodes.AdminShutdown);
        await StruckAsync(side, ordinal, kept);
    }

    [Theory]
    [InlineData(FaultSide.Before, "SELECT pg_advisory_xact_lock(101)", "")]
    [InlineData(FaultSide.Before, "SELECT pg_advisory_xact_lock(102)", "101")]
    [InlineData(FaultSide.After, "SELECT pg_advisory_xact_lock(102)", "101,102")]
    [InlineData(FaultSide.Before, "SELECT pg_advisory_xact_lock(103)", "101,102")]
    [InlineData(FaultSide.After, "SELECT pg_advisory_xact_lock(103)", "101,102,103")]
    [InlineData(FaultSide.Before, "COMMIT", "101,102,103")]
    [InlineData(FaultSide.After, "COMMIT", "")]
    public async Task When_a_fault_strikes_the_server_has_executed_what_was_before_it_and_nothing_else(FaultSide side, string sql, string expected)
    {
        string? held = null;
        _proxy.Arm(
            FaultPoint.Before(sql) with { Side = side },
            FaultAction.Call(async statement => held = await database.ScalarAsync<string>(
                $"SELECT coalesce(string_agg(objid::text, ',' ORDER BY objid), '') FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = {statement.BackendProcessId}")));
        await using var connection = await _client.OpenConnectionAsync();

        // The server stood still for it, but nobody is harmed.
        await BatchAsync(connection, "BEGIN", "SELECT pg_advisory_xact_lock(101)", "SELECT pg_advisory_xact_lock(102)", "SELECT pg_advisory_xact_lock(103)", "COMMIT");

        held.ShouldBe(expected);
        (await _proxy.Fired).Sql.ShouldBe(sql);
        _proxy.Statements.ShouldAllBe(statement => statement.Answer == StatementAnswer.Completed);
    }

    [Theory]
    [InlineData(FaultSide.Before, false)]
    [InlineData(FaultSide.After, true)]
    public async Task A_transaction_of_single_commands_is_struck_at_its_commit(FaultSide side, bool kept)
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.Before("COMMIT") with { Side = side });
        var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "INSERT INTO kept VALUES (1)");
        await ExecuteAsync(connection, "INSERT INTO kept VALUES (2)");

        await Should.ThrowAsync<NpgsqlException>(() => transaction.CommitAsync());

        (await KeptAsync()).ShouldBe(kept ? 2 : 0);
    }

    [Theory]
    [InlineData(FaultSide.Before, 1, 0)]
    [InlineData(FaultSide.After, 1, 0)]
    [InlineData(FaultSide.Before, 2, 0)]
    [InlineData(FaultSide.After, 2, 2)]
    public async Task Without_a_transaction_of_its_own_a_batch_is_committed_by_the_Sync_after_its_last_statement(FaultSide side, int ordinal, int kept)
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(new FaultPoint { Side = side, Ordinal = ordinal });

        await Should.ThrowAsync<NpgsqlException>(() => BatchAsync(connection, "INSERT INTO kept VALUES (1)", "INSERT INTO kept VALUES (2)"));

        (await KeptAsync()).ShouldBe(kept);
    }

    [Theory]
    [InlineData(FaultSide.Before)]
    [InlineData(FaultSide.After)]
    public async Task A_prepared_statement_is_struck_by_its_text(FaultSide side)
    {
        const string Insert = "INSERT INTO kept VALUES ($1)";
        await using var client = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(_proxy.ConnectionString) { MaxAutoPrepare = 5, AutoPrepareMinUsages = 1 });
        await using var connection = await client.OpenConnectionAsync();
        async Task InsertAsync(int n)
        {
            await using var insert = new NpgsqlCommand(Insert, connection) { Parameters = { new() { Value = n } } };
            await insert.ExecuteNonQueryAsync();
        }

        _proxy.Cut(FaultPoint.Before(Insert, 3) with { Side = side });
        await InsertAsync(1);
        await InsertAsync(2);
        await Should.ThrowAsync<NpgsqlException>(() => InsertAsync(3));

        (await KeptAsync()).ShouldBe(side == FaultSide.Before ? 2 : 3);
    }

    [Theory]
    [InlineData(FaultSide.Before, 0)]
    [InlineData(FaultSide.After, 2)]
    public async Task A_copy_is_struck_before_it_starts_or_after_its_data(FaultSide side, int kept)
    {
        const string Copy = "COPY kept (n) FROM STDIN (FORMAT binary)";
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.Before(Copy) with { Side = side });

        await Should.ThrowAsync<NpgsqlException>(async () =>
        {
            await using var import = await connection.BeginBinaryImportAsync(Copy);
            await import.WriteRowAsync(CancellationToken.None, 1);
            await import.WriteRowAsync(CancellationToken.None, 2);
            await import.CompleteAsync();
        });

        (await _proxy.Fired).Sql.ShouldBe(Copy);
        (await KeptAsync()).ShouldBe(kept);
    }

    [Fact]
    public async Task A_copy_that_is_given_up_is_answered_too()
    {
        const string Copy = "COPY kept (n) FROM STDIN (FORMAT binary)";
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.After(Copy));

        await Should.ThrowAsync<NpgsqlException>(async () =>
        {
            await using var import = await connection.BeginBinaryImportAsync(Copy);
            await import.WriteRowAsync(CancellationToken.None, 1);
        });

        (await _proxy.Fired.WaitAsync(Eventually.Patience)).Answer.ShouldBe(StatementAnswer.Failed);
        (await KeptAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_that_a_statement_returned_are_withheld_with_its_answer()
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.After(1));
        await using var command = new NpgsqlCommand("INSERT INTO kept SELECT generate_series(1, 5000) RETURNING n", connection);

        await Should.ThrowAsync<NpgsqlException>(() => command.ExecuteReaderAsync());

        (await KeptAsync()).ShouldBe(5000);
    }

    [Fact]
    public async Task A_statement_that_fails_is_answered_too()
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.After(2));

        (await Should.ThrowAsync<NpgsqlException>(() => BatchAsync(connection, "BEGIN", "SELECT 1/0", "COMMIT"))).ShouldNotBeOfType<PostgresException>();

        (await _proxy.Fired).Answer.ShouldBe(StatementAnswer.Failed);
    }

    [Fact]
    public async Task A_statement_that_the_server_passes_over_is_struck_all_the_same()
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.After("SELECT 3"));

        await Should.ThrowAsync<NpgsqlException>(() => BatchAsync(connection, "SELECT 1/0", "SELECT 2", "SELECT 3", "SELECT 4"));

        (await _proxy.Fired).Answer.ShouldBe(StatementAnswer.Skipped);
    }

    [Fact]
    public async Task Only_the_statements_that_match_count_on_all_connections()
    {
        await using var first = await _client.OpenConnectionAsync();
        await using var second = await _client.OpenConnectionAsync();
        _proxy.Cut(FaultPoint.Before(3, sql => sql.StartsWith("INSERT", StringComparison.Ordinal)));
        await InsertTwoAsync(first);
        await ExecuteAsync(second, "SELECT 1");
        _proxy.Fired.IsCompleted.ShouldBeFalse();
        _proxy.FiredAt.ShouldBeNull();

        await Should.ThrowAsync<NpgsqlException>(() => InsertTwoAsync(second));

        (await _proxy.Fired).Connection.ShouldBe(2);
        await InsertTwoAsync(first);
        (await KeptAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task After_a_callback_a_cut_can_follow_and_neither_statement_nor_answer_goes_further()
    {
        foreach (var (side, kept) in new[] { (FaultSide.Before, 0), (FaultSide.After, 2) })
        {
            var called = 0;
            await using var connection = await _client.OpenConnectionAsync();
            _proxy.Arm(
                FaultPoint.Before("COMMIT") with { Side = side },
                FaultAction.Call(_ =>
                {
                    called++;
                    return Task.CompletedTask;
                }).ThenCut());

            await Should.ThrowAsync<NpgsqlException>(() => InsertTwoAsync(connection));

            called.ShouldBe(1);
            (await KeptAsync()).ShouldBe(kept);
        }
    }

    [Fact]
    public async Task A_callback_that_fails_is_reported_and_the_client_does_not_wait_for_ever()
    {
        await using var connection = await _client.OpenConnectionAsync();
        _proxy.Arm(FaultPoint.After(1), FaultAction.Call(_ => throw new InvalidOperationException("Broken.")));

        await Should.ThrowAsync<NpgsqlException>(() => InsertTwoAsync(connection));

        (await Should.ThrowAsync<InvalidOperationException>(() => _proxy.Fired)).Message.ShouldBe("Broken.");
    }

    [Fact]
    public void One_fault_is_armed_at_a_time_and_can_be_taken_away()
    {
        Should.Throw<InvalidOperationException>(() => _proxy.FiredAt);
        _proxy.Cut(FaultPoint.Before(1));
        Should.Throw<InvalidOperationException>(() => _proxy.Cut(FaultPoint.Before(1)));
        _proxy.Disarm().ShouldBeTrue();
        _proxy.Disarm().ShouldBeFalse();
    }

    [Fact]
    public async Task A_large_batch_is_struck_in_its_middle_without_a_jam()
    {
        await using var connection = await _client.OpenConnectionAsync();
        var insert = $"INSERT INTO kept VALUES (1, '{new string('x', 2000)}') RETURNING data";
        string[] statements = ["BEGIN", .. Enumerable.Repeat(insert, 3000), "COMMIT"];
        int seen = 0;
        _proxy.Arm(FaultPoint.Before(insert, 2000), FaultAction.Call(_ =>
        {
            seen = _proxy.Statements.Count(statement => statement.Sql == insert && statement.Answer == StatementAnswer.Completed);
            return Task.CompletedTask;
        }));

        await BatchAsync(connection, statements);

        seen.ShouldBe(1999);
        (await KeptAsync()).ShouldBe(3000);
    }

    [Fact]
    public async Task At_every_boundary_of_a_run_the_server_keeps_all_or_nothing()
    {
        await using (var connection = await _client.OpenConnectionAsync())
        {
            _proxy.Forget();
            await InsertTwoAsync(connection);
        }

        await database.ExecuteAsync("TRUNCATE kept");
        var points = StatementBoundaries.InOrder(_proxy.Statements);
        points.Count.ShouldBe(8);
        foreach (var action in new[] { FaultAction.CutConnection, FaultAction.TerminateBackend })
        {
            foreach (var point in points)
            {
                // As a process of its own has it: a new pool, whose first connection is there before the fault is armed.
                await using var client = NpgsqlDataSource.Create(_proxy.ConnectionString);
                await using var connection = await client.OpenConnectionAsync();
                _proxy.Arm(point, action);
                await Should.ThrowAsync<NpgsqlException>(() => InsertTwoAsync(connection));

                (await _proxy.Fired).Sql.ShouldBe(point.Expected);
                (await KeptAsync()).ShouldBe(point == points[^1] ? 2 : 0, point.ToString());
                await database.ExecuteAsync("TRUNCATE kept");
            }
        }
    }

    /// <summary>Both sides of all statements of <see cref="InsertTwoAsync"/>, and whether its rows are then kept.</summary>
    public static TheoryData<FaultSide, int, bool> EverySideOfABatch()
    {
        var sides = new TheoryData<FaultSide, int, bool>();
        for (var ordinal = 1; ordinal <= 4; ordinal++)
        {
            sides.Add(FaultSide.Before, ordinal, false);
            sides.Add(FaultSide.After, ordinal, ordinal == 4);
        }

        return sides;
    }

    private static Task InsertTwoAsync(NpgsqlConnection connection) =>
        BatchAsync(connection, "BEGIN", "INSERT INTO kept VALUES (1)", "INSERT INTO kept VALUES (2)", "COMMIT");

    private static async Task BatchAsync(NpgsqlConnection connection, params string[] statements)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }

        await batch.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken = default)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task StruckAsync(FaultSide side, int ordinal, bool kept)
    {
        var at = await _proxy.Fired.WaitAsync(Eventually.Patience);
        at.ShouldBeSameAs(_proxy.FiredAt);
        at.Sql.ShouldBe(new[] { "BEGIN", "INSERT INTO kept VALUES (1)", "INSERT INTO kept VALUES (2)", "COMMIT" }[ordinal - 1]);
        at.Answer.ShouldBe(side == FaultSide.Before ? StatementAnswer.None : StatementAnswer.Completed);
        (await database.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE pid = {at.BackendProcessId}")).ShouldBe(0);
        (await KeptAsync()).ShouldBe(kept ? 2 : 0);

        // The fault was one, and over: who tries again succeeds.
        await using var again = await _client.OpenConnectionAsync();
        await InsertTwoAsync(again);
        (await KeptAsync()).ShouldBe(kept ? 4 : 2);
    }

    private Task<long> KeptAsync() => database.ScalarAsync<long>("SELECT count(*) FROM kept");
}
