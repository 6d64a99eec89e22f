using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Todo.ServiceDefaults;

namespace Todo.AppHost.Embedded;

/// <summary>
/// The database and the cache of the app model: containers where a container engine answers, else local processes; when publishing,
/// always what Aspire's own integrations publish. What depends on them sees the same names and connection strings either way.
/// <para>Configuration: <c>Todo:Servers</c> = <c>auto</c> (default), <c>containers</c> or <c>embedded</c>; <c>Todo:DataFolder</c> = where
/// local processes keep their data (default <c>.todo</c> in the repository).</para>
/// </summary>
public static class DeveloperServers
{
    // "cache" is the connection; a resource's name belongs to one resource only.
    private const string RedisProcess = "redis";

    // Orchestrators end a process with SIGTERM, on which PostgreSQL waits for its last client, without limit. The shell in between
    // passes SIGINT on, to the process that PostgreSQL itself says it is: fast shutdown. It lives exactly as long as the server.
    private const string FastShutdown = """
        "$@" & server=$!
        trap 'kill -INT "$(head -n 1 "$TODO_PID_FILE" 2>/dev/null || echo "$server")"' TERM INT HUP
        while kill -0 "$server" 2>/dev/null; do wait "$server"; code=$?; done
        exit "$code"
        """;

    /// <summary>Adds the PostgreSQL server and the application's database in it.</summary>
    /// <returns>The database, to be referenced and waited for.</returns>
    /// <exception cref="EmbeddedServerException">The server cannot run as a local process here; the message says what to do.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddDatabase(this IDistributedApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddPostgres(ResourceNames.Postgres).AddDatabase(ResourceNames.Database);
        }

        if (UseContainers(builder))
        {
            return builder.AddPostgres(ResourceNames.Postgres).WithDataVolume().AddDatabase(ResourceNames.Database);
        }

        var server = EmbeddedPostgres.Prepare(new EmbeddedPostgresOptions
        {
            Folder = DataFolder(builder, "postgres"),
            Database = ResourceNames.Database,
            Report = Report,
        });
        var process = builder
            .AddExecutable(
                ResourceNames.Postgres,
                "/bin/sh",
                server.WorkingDirectory,
                ["-c", FastShutdown, "sh", server.FileName, .. server.Arguments])
            .WithEnvironment("TODO_PID_FILE", server.Kind.PidFile(server.DataFolder));
        return builder.AddConnection(ResourceNames.Database, server, process);
    }

    /// <summary>Adds the Redis server.</summary>
    /// <returns>The cache, to be referenced and waited for.</returns>
    /// <exception cref="EmbeddedServerException">The server cannot run as a local process here; the message says what to do.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddCache(this IDistributedApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (builder.ExecutionContext.IsPublishMode)
        {
            return builder.AddRedis(ResourceNames.Cache);
        }

        if (UseContainers(builder))
        {
            return builder.AddRedis(ResourceNames.Cache).WithDataVolume();
        }

        var server = EmbeddedRedis.Prepare(new EmbeddedRedisOptions { Folder = DataFolder(builder, "redis"), Report = Report });
        var process = builder.AddExecutable(RedisProcess, server.FileName, server.WorkingDirectory, [.. server.Arguments]);
        return builder.AddConnection(ResourceNames.Cache, server, process);
    }

    private static bool UseContainers(IDistributedApplicationBuilder builder) =>
        builder.Configuration["Todo:Servers"] switch
        {
            null or "" or "auto" => ContainerEngine.Name is not null,
            "containers" => true,
            "embedded" => false,
            var other => throw new EmbeddedServerException($"Todo:Servers is '{other}'. It can be auto, containers or embedded."),
        };

    /// <summary>Where something keeps its data across starts.</summary>
    internal static string DataFolder(IDistributedApplicationBuilder builder, string server) =>
        Path.Combine(
            builder.Configuration["Todo:DataFolder"] is { Length: > 0 } folder
                ? Path.GetFullPath(folder)
                : Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", ".todo")),
            server);

    private static IResourceBuilder<ConnectionStringResource> AddConnection(
        this IDistributedApplicationBuilder builder, string name, ServerProcess server, IResourceBuilder<ExecutableResource> process)
    {
        foreach (var (variable, value) in server.Environment)
        {
            process.WithEnvironment(variable, value);
        }

        // Shows the address. The server has the port already, so nothing may stand in front of it.
        process.WithEndpoint(port: server.Port, targetPort: server.Port, scheme: "tcp", name: "tcp", isProxied: false);

        var check = $"{process.Resource.Name}-serves";
        builder.Services.AddHealthChecks().AddAsyncCheck(check, cancellationToken => CheckAsync(server, cancellationToken));
        process.WithHealthCheck(check);

        // The application keeps the folder's lock for as long as it lives.
        builder.Services.AddHostedService(_ => new FolderKeeper(server));
        return builder.AddConnectionString(name, ReferenceExpression.Create($"{server.ConnectionString}")).WaitFor(process);
    }

    private static async Task<HealthCheckResult> CheckAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        try
        {
            await server.CheckAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy();
        }
        catch (EmbeddedServerException error)
        {
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }

    private static void Report(string line) => Console.WriteLine(line);

    /// <summary>Disposed of with the application, after its resources have been stopped.</summary>
    private sealed class FolderKeeper(ServerProcess server) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => server.Dispose();
    }
}
