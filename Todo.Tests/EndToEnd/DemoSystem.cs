using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Todo.Tests.Api;
using Todo.Tests.Embedded;

namespace Todo.Tests.EndToEnd;

/// <summary>The whole system as <c>dotnet run --project Todo.AppHost</c> starts it, with its demo tenants, on data of its own.</summary>
internal static class DemoSystem
{
    /// <summary>The operators' key.</summary>
    public const string OperatorKey = "the operator key";

    /// <summary>The password of the people in the demo tenants.</summary>
    public const string Password = "the demo password";

    /// <summary>How long something of it may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Builds it; <see cref="StartAsync"/> starts it, and whoever built it stops and disposes it.</summary>
    public static async Task<DistributedApplication> BuildAsync(TemporaryFolder data, bool withDashboard = false)
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Todo_AppHost>(
            ["--environment=Development", $"--Todo:DataFolder={data.Root}", $"--Parameters:demo-password={Password}", $"--Parameters:operator-key={OperatorKey}"],
            (options, _) => options.DisableDashboard = !withDashboard);

        // A machine that stands still for a moment is no Redis that is away.
        var api = builder.Resources.OfType<ProjectResource>().Single(resource => resource.Name == "api");
        builder.CreateResourceBuilder(api).WithEnvironment("Traffic__RedisPatience", "00:00:10");
        return await builder.BuildAsync();
    }

    /// <summary>Starts it and waits until the API serves.</summary>
    public static async Task StartAsync(DistributedApplication app)
    {
        await app.StartAsync().WaitAsync(Patience);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("api").WaitAsync(Patience);
    }

    /// <summary>Signs one of its people in.</summary>
    public static async Task<TenantClient> SignInAsync(DistributedApplication app, string email)
    {
        using var client = app.CreateHttpClient("api", "http");
        using var response = await client.PostAsJsonAsync("/auth/login", new { email, password = Password });
        response.EnsureSuccessStatusCode();
        var login = await response.Content.ReadFromJsonAsync<JsonElement>();
        return new TenantClient(client.BaseAddress!, login.GetProperty("tenant").GetString()!, login.GetProperty("token").GetString()!, login.GetProperty("userId").GetGuid());
    }
}
