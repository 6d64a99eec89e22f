using Npgsql;
using Todo.AppHost.Embedded;

namespace Todo.Tests.Embedded;

public sealed class EmbeddedPostgresTests
{
    [Fact]
    public async Task A_throw_away_server_serves_and_leaves_nothing_behind()
    {
        string folder;
        int id;
        await using (var server = await EmbeddedPostgres.StartAsync(EmbeddedPostgresOptions.ThrowAway))
        {
            folder = server.Definition.WorkingDirectory;
            id = server.ProcessId;
            (await Query(server.ConnectionString, "SELECT current_database()")).ShouldBe("tododb");
        }

        Directory.Exists(folder).ShouldBeFalse();
        OtherProcess.IsAlive(id).ShouldBeFalse();
    }

    private static async Task<object?> Query(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
