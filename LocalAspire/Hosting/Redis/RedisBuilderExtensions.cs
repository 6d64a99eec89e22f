using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Containers;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers in containers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a Redis server with a password that is made up and kept.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port) =>
        builder.AddRedis(name, port, password: null);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The resource's name.</param>
    /// <param name="port">The port on this machine; any free one if null.</param>
    /// <param name="password">Its password; one is made up and kept if null.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        // Its clients separate options by commas, and some other characters mean something to them as well.
        var redis = new RedisResource(
            name,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        builder.AddShellHealthCheck($"{name}_check", redis, "[ \"$(REDISCLI_AUTH=\"$REDIS_PASSWORD\" redis-cli ping)\" = PONG ]");
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, name: RedisResource.PrimaryEndpointName, scheme: "redis")
            .WithImage("library/redis", "8.6")
            .WithImageRegistry("docker.io")
            .WithIconName("Database")
            .WithHealthCheck($"{name}_check")
            .WithEntrypoint("/bin/sh")
            .WithEnvironment(context =>
            {
                if (redis.PasswordParameter is not null)
                {
                    context.EnvironmentVariables["REDIS_PASSWORD"] = redis.PasswordParameter;
                }
            })
            .WithArgs(context =>
            {
                // The shell puts the password in, so that it is not in the arguments of the engine; exec, so that signals reach the server.
                var command = "exec redis-server" + (redis.PasswordParameter is null ? "" : " --requirepass \"$REDIS_PASSWORD\"");
                if (redis.TryGetLastAnnotation<PersistenceAnnotation>(out var persistence))
                {
                    var seconds = (persistence.Interval ?? TimeSpan.FromMinutes(1)).TotalSeconds;
                    command += string.Create(CultureInfo.InvariantCulture, $" --save {seconds:0} {persistence.KeysChangedThreshold}");
                }

                context.Args.Add("-c");
                context.Args.Add(command);
            });
    }

    /// <summary>Keeps the data in a volume, and writes it there.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="name">The volume's name; made of the AppHost's and the resource's if null.</param>
    /// <param name="isReadOnly">Whether the server may only read it.</param>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        builder.WithVolume(name ?? ContainerResourceBuilderExtensions.VolumeName(builder, "data"), "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Keeps the data in a folder of this machine, relative to the AppHost's, and writes it there.</summary>
    public static IResourceBuilder<RedisResource> WithDataBindMount(
        this IResourceBuilder<RedisResource> builder, string source, bool isReadOnly = false)
    {
        builder.WithBindMount(source, "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes the data when enough has changed.</summary>
    /// <param name="builder">The server.</param>
    /// <param name="interval">How often to look; a minute if null.</param>
    /// <param name="keysChangedThreshold">How many keys must have changed.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(
        this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1) =>
        builder.WithAnnotation(new PersistenceAnnotation(interval, keysChangedThreshold), ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Chooses the port on this machine; any free one if null.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port) =>
        builder.WithEndpoint(RedisResource.PrimaryEndpointName, endpoint => endpoint.Port = port);

    /// <summary>Chooses the password; none if null.</summary>
    public static IResourceBuilder<RedisResource> WithPassword(
        this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.PasswordParameter = password?.Resource;
        return builder;
    }

    private sealed record PersistenceAnnotation(TimeSpan? Interval, long KeysChangedThreshold) : IResourceAnnotation;
}
