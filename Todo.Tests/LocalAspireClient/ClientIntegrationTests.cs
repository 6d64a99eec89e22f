using System.Data.Common;
using Aspire.Npgsql;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;
using Todo.AppHost.Embedded;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.LocalAspireClient;

/// <summary>What Aspire's client integrations promise; these hold with its packages as well as with ours in their place.</summary>
public sealed class ClientIntegrationTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_data_source_is_found_by_its_connection_name()
    {
        using var host = Build(
            builder => builder.AddNpgsqlDataSource("people", configureDataSourceBuilder: dataSource => dataSource.ConnectionStringBuilder.ApplicationName = "told by the delegate"),
            ("ConnectionStrings:people", postgres.ConnectionString));

        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SHOW application_name");
        (await command.ExecuteScalarAsync()).ShouldBe("told by the delegate");
        host.Services.GetRequiredService<DbDataSource>().ShouldBeSameAs(host.Services.GetRequiredService<NpgsqlDataSource>());
        await using var connection = host.Services.GetRequiredService<NpgsqlConnection>();
        await connection.OpenAsync();
    }

    [Fact]
    public void Settings_are_read_from_the_section_then_from_the_name_within_it_then_from_the_delegate()
    {
        NpgsqlSettings? seen = null;
        using var host = Build(
            builder => builder.AddNpgsqlDataSource("people", settings =>
            {
                seen = settings;
                settings.DisableMetrics = true;
            }),
            ("Aspire:Npgsql:ConnectionString", "Host=from-the-section"),
            ("Aspire:Npgsql:DisableHealthChecks", "false"),
            ("Aspire:Npgsql:people:DisableHealthChecks", "true"),
            ("Aspire:Npgsql:people:ConnectionString", "Host=from-the-name"));

        seen.ShouldNotBeNull().ConnectionString.ShouldBe("Host=from-the-name");
        seen.DisableTracing.ShouldBeFalse();
        host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString.ShouldContain("from-the-name");
        HealthChecks(host).ShouldBeEmpty();
    }

    [Fact]
    public void A_missing_connection_string_is_told_when_it_is_needed_and_names_where_to_put_it()
    {
        using var host = Build(builder =>
        {
            builder.AddNpgsqlDataSource("people");
            builder.AddNpgsqlDbContext<Letters>("letters");
            builder.AddRedisClient("cache");
        });

        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredService<NpgsqlDataSource>()).Message.ShouldContain("ConnectionStrings:people");
        using var scope = host.Services.CreateScope();
        Should.Throw<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<Letters>()).Message.ShouldContain("ConnectionStrings:letters");
        Should.Throw<InvalidOperationException>(() => host.Services.GetRequiredService<IConnectionMultiplexer>()).Message.ShouldContain("ConnectionStrings:cache");
    }

    [Fact]
    public async Task Health_checks_bear_the_known_names_once_each_and_pass()
    {
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        using var host = Build(
            builder =>
            {
                builder.AddNpgsqlDataSource("people");
                builder.AddNpgsqlDataSource("people");
                builder.AddNpgsqlDbContext<Letters>("people");
                builder.AddRedisClient("cache");
            },
            ("ConnectionStrings:people", postgres.ConnectionString),
            ("ConnectionStrings:cache", redis.ConnectionString + ",connectTimeout=60000"));

        HealthChecks(host).ShouldBe(["PostgreSql", "Letters", "StackExchange.Redis"], ignoreOrder: true);
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        report.Entries.ShouldAllBe(entry => entry.Value.Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_context_retries_and_times_out_as_its_section_says()
    {
        using var host = Build(
            builder => builder.AddNpgsqlDbContext<Letters>("people"),
            ("ConnectionStrings:people", postgres.ConnectionString),
            ("Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:CommandTimeout", "11"),
            ("Aspire:Npgsql:EntityFrameworkCore:PostgreSQL:Letters:CommandTimeout", "7"));

        using var scope = host.Services.CreateScope();
        var letters = scope.ServiceProvider.GetRequiredService<Letters>();
        letters.Database.GetCommandTimeout().ShouldBe(7);
        letters.Database.CreateExecutionStrategy().RetriesOnFailure.ShouldBeTrue();
        (await letters.Database.CanConnectAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task Enriching_completes_a_context_that_uses_the_shared_data_source()
    {
        using var host = Build(
            builder =>
            {
                builder.AddNpgsqlDataSource("people");
                builder.Services.AddPooledDbContextFactory<Letters>((services, options) => options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()));
                builder.EnrichNpgsqlDbContext<Letters>(settings => settings.CommandTimeout = 9);
            },
            ("ConnectionStrings:people", postgres.ConnectionString));

        await using var letters = await host.Services.GetRequiredService<IDbContextFactory<Letters>>().CreateDbContextAsync();
        letters.Database.GetCommandTimeout().ShouldBe(9);
        letters.Database.CreateExecutionStrategy().RetriesOnFailure.ShouldBeTrue();
        (await letters.Database.CanConnectAsync()).ShouldBeTrue();
        HealthChecks(host).ShouldContain("Letters");
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void Enriching_refuses_what_contradicts_itself_and_what_is_not_there()
    {
        Should.Throw<InvalidOperationException>(() => Build(builder => builder.EnrichNpgsqlDbContext<Letters>())).Message.ShouldContain("Letters");

        using var host = Build(builder =>
        {
            builder.Services.AddDbContextPool<Letters>(options => options.UseNpgsql("Host=db.example", npgsql => npgsql.CommandTimeout(5)));
            builder.EnrichNpgsqlDbContext<Letters>(settings => settings.CommandTimeout = 9);
        });
        using var scope = host.Services.CreateScope();
        Should.Throw<InvalidOperationException>(() => scope.ServiceProvider.GetRequiredService<Letters>());
    }

    [Fact]
    public async Task A_Redis_client_takes_its_options_from_the_string_the_section_and_the_delegate()
    {
        await using var redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        ConfigurationOptions? seen = null;
        using var host = Build(
            builder => builder.AddRedisClient("cache", configureOptions: options => seen = options),
            ("ConnectionStrings:cache", redis.ConnectionString + ",connectTimeout=61234"),
            ("Aspire:StackExchange:Redis:ConfigurationOptions:SyncTimeout", "777"),
            ("Aspire:StackExchange:Redis:cache:ConfigurationOptions:ConnectRetry", "5"));

        var client = host.Services.GetRequiredService<IConnectionMultiplexer>();

        client.IsConnected.ShouldBeTrue();
        (await client.GetDatabase().PingAsync()).ShouldBeGreaterThan(TimeSpan.Zero);
        seen.ShouldNotBeNull().ConnectTimeout.ShouldBe(61234);
        seen.SyncTimeout.ShouldBe(777);
        seen.ConnectRetry.ShouldBe(5);
        seen.AbortOnConnectFail.ShouldBeFalse();
    }

    [Fact]
    public void A_Redis_server_that_is_down_does_not_keep_the_client_from_being_made_unless_asked_to()
    {
        var nobody = $"127.0.0.1:{ClosedPort.Find()}";
        using var patient = Build(builder => builder.AddRedisClient("cache"), ("ConnectionStrings:cache", nobody));
        patient.Services.GetRequiredService<IConnectionMultiplexer>().IsConnected.ShouldBeFalse();

        using var impatient = Build(builder => builder.AddRedisClient("cache"), ("ConnectionStrings:cache", nobody + ",abortConnect=true"));
        Should.Throw<RedisConnectionException>(() => impatient.Services.GetRequiredService<IConnectionMultiplexer>());
    }

    private static string[] HealthChecks(IHost host)
        => [.. host.Services.GetService<IOptions<HealthCheckServiceOptions>>()?.Value.Registrations.Select(check => check.Name) ?? []];

    private static IHost Build(Action<HostApplicationBuilder> add, params (string Key, string Value)[] configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(configuration.Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value)));
        builder.Services.AddLogging();
        add(builder);
        return builder.Build();
    }

    private sealed class Letters(DbContextOptions<Letters> options) : DbContext(options);
}
