using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Todo.AppHost.Embedded;
using Todo.Tests.Servers;

namespace Todo.Tests.Embedded;

public sealed class DeveloperServersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_containers_both_servers_run_as_processes_under_the_usual_connection_names()
    {
        using var limit = new CancellationTokenSource(Eventually.Patience);
        var builder = Builder("--Todo:Servers=embedded");
        var database = builder.AddDatabase();
        var cache = builder.AddCache();
        database.Resource.Name.ShouldBe("tododb");
        cache.Resource.Name.ShouldBe("cache");

        await using (var app = builder.Build())
        {
            await app.StartAsync(limit.Token);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("postgres", limit.Token);
            await app.ResourceNotifications.WaitForResourceHealthyAsync("redis", limit.Token);

            var connectionString = (await database.Resource.GetConnectionStringAsync(limit.Token)).ShouldNotBeNull();
            (await Ask.Postgres(connectionString, "SELECT current_database()")).ShouldBe("tododb");
            using var client = await RedisClient.ConnectAsync((await cache.Resource.GetConnectionStringAsync(limit.Token)).ShouldNotBeNull());
            (await client.GetDatabase().PingAsync()).ShouldBeGreaterThan(TimeSpan.Zero);

            // A session that stays open must not hold up the end: PostgreSQL is told to shut down fast.
            await using var idle = new Npgsql.NpgsqlConnection(connectionString);
            await idle.OpenAsync(limit.Token);
            await app.StopAsync(limit.Token);
        }

        Ask.Shell("ps -ww -eo args").ShouldNotContain(Path.GetDirectoryName(_folder.Postgres)!);

        // Before the next start, which clears away what a killed server leaves.
        var data = Path.Combine(_folder.Postgres, "data");
        File.Exists(Path.Combine(data, "PG_VERSION")).ShouldBeTrue();
        File.Exists(Path.Combine(data, "postmaster.pid")).ShouldBeFalse("the server was shut down in order");
        using var again = EmbeddedPostgres.Prepare(_folder.PostgresOptions);
    }

    [Fact]
    public void With_containers_they_are_asked_for()
    {
        var builder = Builder("--Todo:Servers=containers");
        builder.AddDatabase();
        builder.AddCache();

        builder.Resources.Single(resource => resource.Name == "postgres").ShouldBeAssignableTo<ContainerResource>();
        builder.Resources.Single(resource => resource.Name == "cache").ShouldBeAssignableTo<ContainerResource>();
        Directory.Exists(_folder.Postgres).ShouldBeFalse();
    }

    [Fact]
    public void Publishing_never_depends_on_this_machine()
    {
        var builder = Builder("--Todo:Servers=embedded", "--operation=publish", "--publisher=manifest");
        builder.AddDatabase();
        builder.AddCache();

        builder.Resources.Single(resource => resource.Name == "postgres").ShouldBeAssignableTo<ContainerResource>();
        builder.Resources.Single(resource => resource.Name == "cache").ShouldBeAssignableTo<ContainerResource>();
        Directory.Exists(_folder.Postgres).ShouldBeFalse();
    }

    [Fact]
    public void A_misspelt_choice_of_servers_is_named() =>
        Should.Throw<EmbeddedServerException>(() => Builder("--Todo:Servers=podman").AddDatabase()).Message.ShouldContain("'podman'");

    private IDistributedApplicationBuilder Builder(params string[] arguments) =>
        DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = [.. arguments, $"--Todo:DataFolder={Path.GetDirectoryName(_folder.Postgres)}"],
            AssemblyName = typeof(DeveloperServers).Assembly.GetName().Name,
            DisableDashboard = true,
        });
}
