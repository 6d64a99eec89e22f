using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Containers;

namespace Todo.Tests.LocalAspire;

public sealed class ContainerTests
{
    [Fact]
    public async Task A_database_container_gets_its_port_volume_and_variables_but_no_secret_on_its_command_line()
    {
        await using var sample = new SampleApplication("--Parameters:postgres-password=secret");
        var server = sample.Builder.AddPostgres("postgres").WithDataVolume("todo-data");
        var database = server.AddDatabase("tododb", "todo");
        server.Resource.PrimaryEndpoint.EndpointAnnotation.AllocatedEndpoint = new(server.Resource.PrimaryEndpoint.EndpointAnnotation, "localhost", 40001);

        var arguments = string.Join(' ', ContainerEngine.Arguments(server.Resource, "postgres-1", [], ["POSTGRES_PASSWORD", "POSTGRES_USER"]));

        arguments.ShouldContain("--name postgres-1");
        arguments.ShouldContain("--publish 127.0.0.1:40001:5432");
        arguments.ShouldContain("--env POSTGRES_PASSWORD --env POSTGRES_USER");
        arguments.ShouldContain("--volume todo-data:/var/lib/postgresql");
        arguments.ShouldEndWith("docker.io/library/postgres:18.3");
        (await ((IResourceWithConnectionString)database.Resource).GetConnectionStringAsync(sample.Patience))
            .ShouldBe("Host=localhost;Port=40001;Username=postgres;Password=secret;Database=todo");
    }

    [Fact]
    public async Task A_cache_container_takes_its_password_from_its_environment()
    {
        await using var sample = new SampleApplication("--Parameters:cache-password=secret");
        var cache = sample.Builder.AddRedis("cache", port: 40002).WithDataVolume("cache-data");
        var endpoint = cache.Resource.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new(endpoint, "localhost", 40002);

        var args = new List<object>();
        foreach (var callback in cache.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await callback.Callback(new(args, cache.Resource, sample.Patience));
        }

        args.ShouldBe(["-c", "exec redis-server --requirepass \"$REDIS_PASSWORD\" --save 60 1"]);
        (await ((IResourceWithConnectionString)cache.Resource).GetConnectionStringAsync(sample.Patience)).ShouldBe("localhost:40002,password=secret");
    }
}
