using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;

namespace Todo.Tests.LocalAspire;

public sealed class EnvironmentTests
{
    [Fact]
    public async Task Values_connection_strings_and_arguments_reach_the_process()
    {
        await using var sample = new SampleApplication("--Parameters:word=a {b} c", "--ConnectionStrings:other=Host=elsewhere");
        var word = sample.Builder.AddParameter("word", secret: true);
        var server = sample.AddShell("server", "exec sleep 100").WithHttpEndpoint(env: "PORT");
        var database = sample.Builder.AddConnectionString(
            "tododb", ReferenceExpression.Create($"Host={server.GetEndpoint("http").Property(EndpointProperty.Host)};Password={word};Odd={{x}}"));
        var other = sample.Builder.AddConnectionString("other");
        sample.Builder
            .AddExecutable("print", "/bin/sh", ".", "-c", "env | grep -E '^(A_|ConnectionStrings__)'; echo $0 $1", word.Resource, server.GetEndpoint("http"))
            .WithReference(database)
            .WithReference(other, "renamed")
            .WithEnvironment("A_TEXT", "plain")
            .WithEnvironment("A_WORD", word)
            .WithEnvironment("A_MIX", $"<{word}>")
            .WithEnvironment("A_URL", server.GetEndpoint("http"))
            .WithEnvironment(context => context.EnvironmentVariables["A_CALLBACK"] = context.Resource.Name);

        await sample.StartAsync();
        var output = await sample.OutputAsync("print");
        var url = server.GetEndpoint("http").Url;

        output.ShouldContain("A_TEXT=plain");
        output.ShouldContain("A_WORD=a {b} c");
        output.ShouldContain("A_MIX=<a {b} c>");
        output.ShouldContain($"A_URL={url}");
        output.ShouldContain("A_CALLBACK=print");
        output.ShouldContain("ConnectionStrings__tododb=Host=localhost;Password=a {b} c;Odd={x}");
        output.ShouldContain("ConnectionStrings__renamed=Host=elsewhere");
        output.ShouldEndWith($"a {{b}} c {url}");
    }

    [Fact]
    public async Task A_parameter_without_a_value_keeps_its_users_from_starting()
    {
        await using var sample = new SampleApplication();
        var word = sample.Builder.AddParameter("word");
        sample.AddShell("print", "echo never").WithEnvironment("WORD", word);

        await sample.StartAsync();

        (await sample.WhenAsync("print", KnownResourceStates.FailedToStart)).Reason!.ShouldContain("Parameters:word");
        (await sample.WhenAsync("word", KnownResourceStates.ValueMissing)).Reason!.ShouldContain("Parameters:word");
    }

    [Fact]
    public async Task The_AppHosts_own_address_and_profile_are_not_inherited()
    {
        await using var sample = new SampleApplication();
        sample.AddShell("print", "env").WithEnvironment("DOTNET_ENVIRONMENT", "Set");

        await sample.StartAsync();
        var output = await sample.OutputAsync("print");

        output.ShouldContain("PATH=");
        output.ShouldContain("DOTNET_ENVIRONMENT=Set");
        output.ShouldNotContain("ASPNETCORE_URLS=");
    }

    [Fact]
    public async Task A_launch_profile_gives_a_project_its_address_and_environment()
    {
        await using var sample = new SampleApplication("--DcpPublisher:RandomizePorts=false");
        var project = AddProject(sample, $$"""
            {
              // Comments are allowed here.
              "profiles": {
                "IIS": { "commandName": "IISExpress" },
                "http": {
                  "commandName": "Project",
                  "applicationUrl": "https://localhost:7001;http://localhost:{{FreePort()}}",
                  "launchUrl": "docs",
                  "environmentVariables": { "ASPNETCORE_ENVIRONMENT": "Development", "WORD": "profile" },
                },
              }
            }
            """).WithEnvironment("WORD", "model");
        await sample.StartAsync();
        await sample.WhenAsync("api", KnownResourceStates.FailedToStart);

        var start = await PlanAsync(sample, project.Resource, replica: 0);

        var endpoint = project.Resource.GetEndpoints().Single();
        endpoint.EndpointName.ShouldBe("http");
        endpoint.Port.ShouldBe(endpoint.EndpointAnnotation.Port!.Value);
        start.Environment["ASPNETCORE_URLS"].ShouldBe(endpoint.Url);
        start.Environment["ASPNETCORE_ENVIRONMENT"].ShouldBe("Development");
        start.Environment["DOTNET_LAUNCH_PROFILE"].ShouldBe("http");
        start.Environment["WORD"].ShouldBe("model");
        start.Environment.ContainsKey("OTEL_SERVICE_NAME").ShouldBeFalse();
        sample.States.TryGetCurrentState("api", out var state).ShouldBeTrue();
        state!.Snapshot.Urls.Single().Url.ShouldBe(endpoint.Url + "/docs");
    }

    [Fact]
    public async Task Each_replica_has_a_port_of_its_own_and_is_told_where_telemetry_goes()
    {
        await using var sample = new SampleApplication("--OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317");
        var project = AddProject(sample, """{ "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://localhost:5001" } } }""")
            .WithReplicas(2);
        await sample.StartAsync();

        var starts = new[] { await PlanAsync(sample, project.Resource, 0), await PlanAsync(sample, project.Resource, 1) };

        starts[0].Environment["ASPNETCORE_URLS"].ShouldBe(project.GetEndpoint("http").Url);
        starts[1].Environment["ASPNETCORE_URLS"].ShouldNotBe(starts[0].Environment["ASPNETCORE_URLS"]);
        starts.Select(start => start.Environment["OTEL_RESOURCE_ATTRIBUTES"]).ShouldBe(["service.instance.id=api-1", "service.instance.id=api-2"]);
        starts.ShouldAllBe(start => start.Environment["OTEL_SERVICE_NAME"] == "api");
        sample.States.TryGetCurrentState("api-2", out var second).ShouldBeTrue();
        second!.Snapshot.Urls.Single().Url.ShouldBe(starts[1].Environment["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task A_project_that_has_not_been_built_is_reported_as_such()
    {
        await using var sample = new SampleApplication();
        AddProject(sample, "{}");

        await sample.StartAsync();

        (await sample.WhenAsync("api", KnownResourceStates.FailedToStart)).Reason!.ShouldContain("has not been built");
    }

    [Fact]
    public async Task References_to_a_project_follow_service_discovery()
    {
        await using var sample = new SampleApplication();
        var project = AddProject(sample, """{ "profiles": { "http": { "commandName": "Project", "applicationUrl": "http://localhost:5001" } } }""");
        sample.AddShell("print", "env").WithReference(project);

        await sample.StartAsync();
        var output = await sample.OutputAsync("print");

        output.ShouldContain($"services__api__http__0={project.GetEndpoint("http").Url}");
        output.ShouldContain($"API_HTTP={project.GetEndpoint("http").Url}");
    }

    [Fact]
    public async Task A_busy_port_is_left_alone()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var port = ((IPEndPoint)busy.LocalEndpoint).Port;
        await using var sample = new SampleApplication("--DcpPublisher:RandomizePorts=false");
        var flexible = sample.AddShell("flexible", "exec sleep 100").WithHttpEndpoint(port: port, env: "PORT");
        var stubborn = sample.AddShell("stubborn", "exec sleep 100").WithHttpEndpoint(port: port, isProxied: false);

        await sample.StartAsync();

        await sample.WhenAsync("flexible", KnownResourceStates.Running);
        flexible.GetEndpoint("http").Port.ShouldNotBe(port);
        stubborn.GetEndpoint("http").Port.ShouldBe(port);
        (await sample.WhenAsync("stubborn", KnownResourceStates.FailedToStart)).Reason.ShouldBe($"port {port} is taken by another process");
    }

    [Fact]
    public async Task A_port_is_kept_for_a_resource_that_still_waits()
    {
        var port = FreePort();
        await using var sample = new SampleApplication("--DcpPublisher:RandomizePorts=false");
        var gate = sample.AddShell("gate", "while [ ! -e go ]; do sleep 0.05; done");
        sample.AddShell("late", "exec sleep 100").WithHttpEndpoint(port: port, env: "PORT").WaitForCompletion(gate);
        await sample.StartAsync();
        await sample.WhenAsync("late", KnownResourceStates.Waiting);

        using var rival = new TcpListener(IPAddress.Loopback, port);
        Should.Throw<SocketException>(rival.Start);
        await File.WriteAllTextAsync(Path.Combine(sample.Folder, "go"), "", sample.Patience);
        await sample.WhenAsync("late", KnownResourceStates.Running);
        rival.Start();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static IResourceBuilder<ProjectResource> AddProject(SampleApplication sample, string launchSettings)
    {
        Directory.CreateDirectory(Path.Combine(sample.Folder, "Api", "Properties"));
        File.WriteAllText(Path.Combine(sample.Folder, "Api", "Properties", "launchSettings.json"), launchSettings);
        return sample.Builder.AddProject("api", "Api/Api.csproj");
    }

    // The project itself does not exist; what would be run for it does.
    private static async Task<ProcessStart> PlanAsync(SampleApplication sample, ProjectResource project, int replica)
    {
        // The application has tried it too, and looked whether the same port is free.
        await sample.WhenAsync(project.Name, KnownResourceStates.FailedToStart);
        foreach (var configuration in new[] { "Debug", "Release" })
        {
            var output = Path.Combine(sample.Folder, "Api", "bin", configuration, "net10.0");
            Directory.CreateDirectory(output);
            await File.WriteAllTextAsync(Path.Combine(output, "Api.dll"), "", sample.Patience);
            await File.WriteAllTextAsync(Path.Combine(output, "Api.runtimeconfig.json"), "", sample.Patience);
        }

        return await sample.App.Services.GetRequiredService<LaunchPlan>()
            .MakeAsync(project, replica, new ResourceLog(path: null), sample.Patience);
    }
}
