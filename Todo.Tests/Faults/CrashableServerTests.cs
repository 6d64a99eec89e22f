using Npgsql;
using Todo.Tests.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Faults;

public sealed class CrashableServerTests(CrashableServer server) : IClassFixture<CrashableServer>
{
    private const string InsertAndWait = "BEGIN; INSERT INTO kept VALUES (1); INSERT INTO kept VALUES (2); COMMIT";
    private const string InsertWithoutWaiting = "BEGIN; SET LOCAL synchronous_commit = off; INSERT INTO kept VALUES (1); INSERT INTO kept VALUES (2); COMMIT";

    [Fact]
    public async Task A_commit_that_waited_survives_a_crash_and_brings_those_that_did_not_wait_before_it()
    {
        await ExecuteAsync("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)");
        await ExecuteAsync(InsertWithoutWaiting);
        await ExecuteAsync("SELECT pg_logical_emit_message(true, 'todo', 'barrier')");

        await server.CrashAsync();
        await Should.ThrowAsync<NpgsqlException>(KeptAsync);
        await server.RestartAsync();

        (await KeptAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task A_commit_that_did_not_wait_is_lost_in_a_crash_as_a_whole()
    {
        // Another of the server's processes may once write between commit and crash; not time after time.
        for (var attempt = 1; ; attempt++)
        {
            await ExecuteAsync("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)");
            await StopWalWriterAsync();
            await ExecuteAsync(InsertWithoutWaiting);
            (await KeptAsync()).ShouldBe(2);

            await server.CrashAsync();
            await server.RestartAsync();

            var kept = await KeptAsync();
            kept.ShouldBeOneOf(0, 2);
            if (kept == 0)
            {
                return;
            }

            attempt.ShouldBeLessThan(5);
        }
    }

    [Theory]
    [InlineData(FaultSide.Before, 0)]
    [InlineData(FaultSide.After, 2)]
    public async Task The_server_crashes_at_a_statement(FaultSide side, int kept)
    {
        await ExecuteAsync("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)");
        await using var proxy = PostgresProxy.Start(server.ConnectionString);
        await using var client = NpgsqlDataSource.Create(proxy.ConnectionString);
        await using (var connection = await client.OpenConnectionAsync())
        {
            proxy.Arm(FaultPoint.Before("COMMIT") with { Side = side }, FaultAction.Call(_ => server.CrashAsync()).ThenCut());
            await using var command = new NpgsqlCommand(InsertAndWait, connection);
            await Should.ThrowAsync<NpgsqlException>(() => command.ExecuteNonQueryAsync());
            await proxy.Fired;
        }

        await Should.ThrowAsync<NpgsqlException>(async () => await client.OpenConnectionAsync());
        await server.RestartAsync();

        (await KeptAsync()).ShouldBe(kept);
        await using var again = await client.OpenConnectionAsync();
    }

    [Fact]
    public async Task A_client_can_be_told_of_a_commit_that_a_crash_then_undoes()
    {
        for (var attempt = 1; ; attempt++)
        {
            await ExecuteAsync("DROP TABLE IF EXISTS kept; CREATE TABLE kept (n int)");
            await StopWalWriterAsync();
            await using var proxy = PostgresProxy.Start(server.ConnectionString);
            await using var client = NpgsqlDataSource.Create(proxy.ConnectionString);
            await using var connection = await client.OpenConnectionAsync();
            proxy.Arm(FaultPoint.After("COMMIT"), FaultAction.Call(_ => server.CrashAsync()));
            await using var command = new NpgsqlCommand(InsertWithoutWaiting, connection);

            await command.ExecuteNonQueryAsync();

            await proxy.Fired;
            await server.RestartAsync();
            var kept = await KeptAsync();
            kept.ShouldBeOneOf(0, 2);
            if (kept == 0)
            {
                return;
            }

            attempt.ShouldBeLessThan(5);
        }
    }

    // Unpooled: after a crash a pool would hand out dead connections.
    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    // It writes of its own accord every ten seconds, and on a busy machine as much may lie between a commit and a crash, which ends it all the same.
    private async Task StopWalWriterAsync()
    {
        object? process = null;
        await Eventually.TrueAsync(async () => (process = await ScalarAsync("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")) is int);
        Ask.Shell($"kill -STOP {process}");
    }

    private async Task<long> KeptAsync() => (long)(await ScalarAsync("SELECT count(*) FROM kept"))!;

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
