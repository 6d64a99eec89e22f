using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Todo.ServiceDefaults;

namespace Todo.AppHost;

/// <summary>
/// In Development: two demo tenants, and, once the API is healthy, what to type to see something. The demo people's password is generated
/// on this machine and kept in the AppHost's user secrets, like the other secrets.
/// </summary>
internal static partial class Demo
{
    private const string Tenant = "bakery";
    private const string Person = "alice@bakery.example";
    private const string People = "alice@bakery.example, bob@bakery.example (tenant bakery); carol@garage.example, dave@garage.example (tenant garage)";

    /// <summary>Has the worker make the demo tenants, and says on the console how to use them.</summary>
    public static void AddDemo(this IDistributedApplicationBuilder builder, IResourceBuilder<ProjectResource> migrations, IResourceBuilder<ProjectResource> api)
    {
        if (!builder.ExecutionContext.IsRunMode || !builder.Environment.IsDevelopment())
        {
            return;
        }

        var password = builder.AddParameter(
            ResourceNames.DemoPassword, new GenerateParameterDefault { MinLength = 16, Special = false }, secret: true, persist: true);
        migrations.WithEnvironment("Migration__DemoPassword", password);
        api.OnResourceReady(async (resource, ready, cancellationToken) =>
        {
            var logger = ready.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Todo");
            var address = resource.GetEndpoint("http").Url;
            try
            {
                var secret = await password.Resource.GetValueAsync(cancellationToken);
                var token = await SignInAsync(address, secret, cancellationToken);
                var curl = $"curl {address}/todos -H 'tenant: {Tenant}' -H 'Authorization: Bearer {token}'";
                LogWelcome(logger, address, People, secret, curl);
            }
            catch (Exception exception) when (exception is HttpRequestException or JsonException)
            {
                LogNoSignIn(logger, exception.Message);
            }
        });
    }

    private static async Task<string?> SignInAsync(string address, string? password, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var response = await client.PostAsJsonAsync("/auth/login", new { email = Person, password }, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString();
    }

    // The one place where a secret is printed: a developer's own console, for demo people who exist nowhere else.
    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Todo is ready.\n  API       {Address}\n  Docs      {Address}/docs\n  Mail      {Address}/dev/mailbox\n  Sign-ins  {People}\n  Password  {Password}\n  Try       {Curl}")]
    private static partial void LogWelcome(ILogger logger, string address, string people, string? password, string curl);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The demo sign-in failed: {Reason}. Are the demo tenants suspended, or is their data of another kind?")]
    private static partial void LogNoSignIn(ILogger logger, string reason);
}
