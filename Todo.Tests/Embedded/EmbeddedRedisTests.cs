using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Todo.AppHost.Embedded;

namespace Todo.Tests.Embedded;

public sealed class EmbeddedRedisTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_throw_away_server_serves_and_leaves_nothing_behind()
    {
        string folder;
        int id;
        await using (var server = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway))
        {
            folder = server.Definition.WorkingDirectory;
            id = server.ProcessId;
            using var client = await RedisClient.ConnectAsync(server.ConnectionString);
            await client.GetDatabase().StringSetAsync("key", "value");
            ((string?)await client.GetDatabase().StringGetAsync("key")).ShouldBe("value");
        }

        Directory.Exists(folder).ShouldBeFalse();
        OtherProcess.IsAlive(id).ShouldBeFalse();
    }

    [Fact]
    public async Task Data_password_and_port_survive_a_restart()
    {
        string before;
        await using (var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions))
        {
            before = server.ConnectionString;
            using var client = await RedisClient.ConnectAsync(before);
            await client.GetDatabase().StringSetAsync("kept", 42);
        }

        await using var again = await EmbeddedRedis.StartAsync(_folder.RedisOptions);
        again.ConnectionString.ShouldBe(before);
        using var reader = await RedisClient.ConnectAsync(again.ConnectionString);
        ((int)await reader.GetDatabase().StringGetAsync("kept")).ShouldBe(42);
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password_which_is_a_secret_of_its_folder()
    {
        await using var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions);

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, server.Definition.Port);
            using var stream = client.GetStream();
            await stream.WriteAsync("GET kept\r\n"u8.ToArray());
            (await new StreamReader(stream).ReadLineAsync()).ShouldStartWith("-NOAUTH");
        }

        Ask.Shell($"find '{server.Definition.WorkingDirectory}' -maxdepth 1 -perm 600 '(' -name password -o -name redis.conf ')' | wc -l").ShouldBe("2");
        Ask.Shell("ps -ww -eo args").ShouldNotContain(server.Definition.Password);
        File.ReadAllText(server.Definition.LogFile).ShouldNotContain(server.Definition.Password);
        Ask.Shell($"ps -o uid= -p {server.ProcessId}").ShouldNotBe("0");
    }

    [Fact]
    public async Task A_full_cache_forgets_the_oldest_and_keeps_accepting()
    {
        await using var server = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway with { MaxMemoryMebibytes = 4 });
        using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var database = client.GetDatabase();
        var value = new byte[100_000];

        for (var i = 0; i < 100; i++)
        {
            await database.StringSetAsync($"key{i}", value);
        }

        // Redis looks for the oldest among a few at random, so any single one may outlive its time.
        (await database.KeyExistsAsync("key99")).ShouldBeTrue();
        var oldest = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => database.KeyExistsAsync($"key{i}")));
        oldest.Count(isThere => isThere).ShouldBeLessThan(20);
    }

    [Fact]
    public async Task A_busy_port_is_left_alone()
    {
        int port;
        using (var first = EmbeddedRedis.Prepare(_folder.RedisOptions))
        {
            port = first.Port;
        }

        using var neighbour = new TcpListener(IPAddress.Loopback, port);
        neighbour.Start();
        await using var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions);
        server.Definition.Port.ShouldNotBe(port);
    }

    [Fact]
    public async Task A_second_start_on_the_same_folder_is_refused_and_told_whose_it_is()
    {
        await using var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions);

        var error = Should.Throw<EmbeddedServerException>(() => EmbeddedRedis.Prepare(_folder.RedisOptions));

        error.Message.ShouldContain(_folder.Redis);
        error.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_server_whose_launcher_was_killed_is_stopped_and_its_data_taken_over()
    {
        var abandoned = await EmbeddedRedis.StartAsync(_folder.RedisOptions);
        using (var client = await RedisClient.ConnectAsync(abandoned.ConnectionString))
        {
            await client.GetDatabase().StringSetAsync("kept", 42);
        }

        var id = abandoned.ProcessId;
        abandoned.Definition.ReleaseLock();

        await using var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions);

        OtherProcess.IsAlive(id).ShouldBeFalse();
        using var reader = await RedisClient.ConnectAsync(server.ConnectionString);
        ((int)await reader.GetDatabase().StringGetAsync("kept")).ShouldBe(42);
    }

    [Fact]
    public async Task After_a_kill_it_starts_again()
    {
        await using var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions);

        await server.KillAsync();
        server.IsRunning.ShouldBeFalse();

        await server.StartAgainAsync();
        using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        (await client.GetDatabase().PingAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_failed_start_shows_the_end_of_the_servers_log()
    {
        // An append-only file that Redis refuses, as a newer version's would be.
        await using (var server = await EmbeddedRedis.StartAsync(_folder.RedisOptions))
        {
        }

        File.WriteAllText(Path.Combine(_folder.Redis, "data", "appendonlydir", "appendonly.aof.manifest"), "no manifest\n");

        var error = await Should.ThrowAsync<EmbeddedServerException>(() => EmbeddedRedis.StartAsync(_folder.RedisOptions));

        error.Message.ShouldContain("AOF manifest");
        error.Message.ShouldContain(_folder.Redis);
    }
}
