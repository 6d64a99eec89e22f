using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Containers;

namespace Aspire.Hosting;

/// <summary>Adds PostgreSQL servers in containers, and databases in them.</summary>
public static class PostgresBuilderExtensions
{
    // In the container, where the password is an environment variable already.
    private const string Psql = "PGPASSWORD=\"$POSTGRES_PASSWORD\" exec psql -h 127.0.0.1 -U \"$POSTGRES_USER\" -X -A -t -v ON_ERROR_STOP=1";

    /// <summary>Adds a PostgreSQL server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="userName">The superuser; <c>postgres</c> if null.</param>
    /// <param name="password">The superuser's password; one is made up and kept if null.</param>
    /// <param name="port">The port on this machine; any free one if null.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var server = new PostgresServerResource(
            name,
            userName?.Resource,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password"));
        builder.AddShellHealthCheck($"{name}_check", server, $"{Psql} -d postgres -c 'SELECT 1'");
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, name: PostgresServerResource.PrimaryEndpointName)
            .WithImage("library/postgres", "18.3")
            .WithImageRegistry("docker.io")
            .WithIconName("DatabaseMultiple")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["POSTGRES_USER"] = server.UserNameReference;
                context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter;
            })
            .WithHealthCheck($"{name}_check")
            .OnResourceReady(CreateDatabasesAsync);
    }

    /// <summary>Adds a database, which is made when the server is up, unless it is there.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="databaseName">The database's name; the resource's if null.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var database = new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        builder.ApplicationBuilder.AddShellHealthCheck(
            $"{name}_check", builder.Resource, $"{Psql} -d {Shell.Quote(database.DatabaseName)} -c 'SELECT 1'");
        return builder.ApplicationBuilder.AddResource(database).WithIconName("Database").WithHealthCheck($"{name}_check");
    }

    /// <summary>Keeps the data in a volume.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume's name; made of the AppHost's and the resource's if null.</param>
    /// <param name="isReadOnly">Whether the server may only read it.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name ?? ContainerResourceBuilderExtensions.VolumeName(builder, "data"), DataFolder(builder), isReadOnly);

    /// <summary>Keeps the data in a folder of this machine, relative to the AppHost's.</summary>
    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(
        this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false) =>
        builder.WithBindMount(source, DataFolder(builder), isReadOnly);

    /// <summary>Chooses the port on this machine; any free one if null.</summary>
    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Chooses the superuser's password.</summary>
    public static IResourceBuilder<PostgresServerResource> WithPassword(
        this IResourceBuilder<PostgresServerResource> builder, IResourceBuilder<ParameterResource> password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(password);
        builder.Resource.PasswordParameter = password.Resource;
        return builder;
    }

    // The image keeps its data elsewhere since PostgreSQL 18.
    private static string DataFolder(IResourceBuilder<PostgresServerResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var tag = builder.Resource.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) ? image.Tag ?? "" : "";
        var major = string.Concat(tag.TakeWhile(char.IsAsciiDigit));
        return int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version < 18
            ? "/var/lib/postgresql/data"
            : "/var/lib/postgresql";
    }

    private static async Task CreateDatabasesAsync(
        PostgresServerResource server, ResourceReadyEvent ready, CancellationToken cancellationToken)
    {
        foreach (var database in server.Databases.Values)
        {
            var literal = "'" + database.Replace("'", "''", StringComparison.Ordinal) + "'";
            var identifier = "\"" + database.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
            var exists = Shell.Quote($"SELECT count(*) FROM pg_database WHERE datname = {literal}");
            var create = Shell.Quote($"CREATE DATABASE {identifier}");
            var result = await ContainerEngine.ShellAsync(
                server, ready.Services, $"[ \"$({Psql} -d postgres -c {exists})\" != 0 ] || {Psql} -d postgres -c {create}", cancellationToken).ConfigureAwait(false);
            if (!result.Success)
            {
                throw new DistributedApplicationException($"The database '{database}' could not be made: {result.Output}");
            }
        }
    }
}
