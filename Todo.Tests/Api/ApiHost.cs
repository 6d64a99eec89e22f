using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Todo.Api.Identity;
using Todo.Api.Traffic;
using Todo.Data.Tenants;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>The real API over Kestrel, in this process, on a database of its own with an up-to-date catalog.</summary>
public class ApiHost : TestDatabase
{
    private SecretWatch _watch = null!;
    private DatabaseRole _role = null!;

    /// <summary>The password of everybody whom <see cref="CreateTenantAsync"/> makes.</summary>
    public const string Password = "correct horse battery";

    /// <summary>The operators' key of this host.</summary>
    public string OperatorKey { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Out of it webhooks' secrets are made.</summary>
    public string WebhookKey { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Out of it links to files are signed.</summary>
    public string FileKey { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Where files are.</summary>
    public string FilesFolder { get; } = Directory.CreateTempSubdirectory("todo-files-").FullName;

    /// <summary>The running application.</summary>
    public WebApplication App { get; private set; } = null!;

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Sends nothing but what a test adds.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>Sends the operators' key.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <summary>What Redis the API uses.</summary>
    protected virtual async Task<string> CacheAsync() => (await TestServers.Redis).ConnectionString;

    /// <summary>Configuration beyond what every host has, as on a command line.</summary>
    protected virtual IEnumerable<string> Arguments => [];

    // All tests come from one address, and some do in a second what nobody else does in an hour. Those of limits set their own.
    private static IEnumerable<string> WideLimits =>
        new[] { "person", "api-key", "tenant", "address", "stranger", "sign-in-address", "sign-in-account", "sign-up-address", "sign-up-account", "reset-address", "reset-account", "calendar-address" }
            .SelectMany(policy => Limit(policy, 10_000, RatePeriod.Second, 100_000));

    /// <summary>Configuration that gives a policy other numbers.</summary>
    protected static IEnumerable<string> Limit(string policy, int rate, RatePeriod per, int burst, int queue = 0) =>
    [
        $"--Traffic:Policies:{policy}:Rate={rate}",
        $"--Traffic:Policies:{policy}:Per={per}",
        $"--Traffic:Policies:{policy}:Burst={burst}",
        $"--Traffic:Policies:{policy}:Queue={queue}",
    ];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        _watch = new SecretWatch(Password, OperatorKey, WebhookKey, "todo_webhook_", FileKey, "todo_file_");
        await base.InitializeAsync();
        _role = await DatabaseRole.MakeAsync(this);
        (App, Address) = await StartApiAsync(ConnectionString);
        await App.Services.GetRequiredService<CatalogMigrator>().MigrateAsync(CancellationToken.None);
        await _role.GrantAsync();
        Anonymous = new HttpClient(OtherProcess()) { BaseAddress = Address };
        Operator = new HttpClient(OtherProcess()) { BaseAddress = Address };
        Operator.DefaultRequestHeaders.Add("X-Operator-Key", OperatorKey);
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        Anonymous.Dispose();
        Operator.Dispose();
        await App.DisposeAsync();
        await base.DisposeAsync();
        Directory.Delete(FilesFolder, recursive: true);
        _watch.Found.ShouldBeEmpty("secrets in the logs");
    }

    /// <summary>For a client that traces nothing, as if it ran in another process.</summary>
    internal static SocketsHttpHandler OtherProcess() => new() { ActivityHeadersPropagator = null, Expect100ContinueTimeout = Eventually.Patience };

    /// <summary>Starts an API, as one replica among others.</summary>
    public async Task<(WebApplication App, Uri Address)> StartApiAsync(string database)
    {
        var app = Todo.Api.Program.Build(
        [
            "--environment=Production",
            "--urls=http://127.0.0.1:0",
            $"--ConnectionStrings:tododb={_role.SignIn(database)}",
            $"--ConnectionStrings:tododb-owner={database}",
            $"--ConnectionStrings:cache={await CacheAsync()}",
            $"--Operators:Key={OperatorKey}",
            $"--Webhooks:Key={WebhookKey}",
            $"--Files:LinkKey={FileKey}",
            $"--Files:Folder={FilesFolder}",

            // What is told in the background would change what tests compare.
            "--Webhooks:Workers=0",
            .. WideLimits,

            // A machine that stands still for a second is no Redis that is away, and no request that takes too long.
            "--Lookups:RedisPatience=00:00:10",
            "--Traffic:RedisPatience=00:00:10",
            $"--Health:CheckTimeout={Eventually.Patience}",
            $"--Requests:Timeout={Eventually.Patience}",
            .. Arguments,
        ]);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_watch.Reader());
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return (app, new Uri(address));
    }

    /// <summary>Makes a tenant with an owner through the API, and hands out a client that speaks for that person.</summary>
    public async Task<TenantClient> CreateTenantAsync(string? slug = null)
    {
        slug ??= "tenant-" + Guid.NewGuid().ToString("N")[..12];
        var email = $"owner@{slug}.example";
        using var created = await Operator.PostAsJsonAsync("/cc/tenants", new { slug, name = "Tenant " + slug, owner = new { email, name = "Olga Owner", password = Password } });
        created.EnsureSuccessStatusCode();
        return await OpenSessionAsync(email, slug);
    }

    /// <summary>Adds a person, whose password is everybody's, to a tenant.</summary>
    public async Task<TenantClient> AddPersonAsync(string slug, Guid role, string? email = null)
    {
        email ??= $"{Guid.NewGuid():N}@{slug}.example";
        var schema = await SchemaAsync(slug);
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.users (id, email, name, password_hash, role_id, is_active, created_at, verified_at, approved_at)
            SELECT '{Guid.CreateVersion7()}', '{email}', 'Pat Person', password_hash, '{role}', true, now(), now(), now() FROM {schema}.users LIMIT 1;
            INSERT INTO sign_ins (email, tenant_id) VALUES ('{email}', '{schema.TenantId}');
            """);
        return await OpenSessionAsync(email, slug);
    }

    /// <summary>Makes a key for machines.</summary>
    public async Task<(Guid Id, string Text)> AddKeyAsync(TenantSchema schema, Guid user, IEnumerable<string> permissions, string ends = "interval '1 day'")
    {
        var (id, token) = (Guid.CreateVersion7(), AccessToken.Create(schema.TenantId, out var text));
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.api_keys (id, name, hash, permissions, created_by, created_at, expires_at)
            VALUES ('{id}', 'A machine', '\x{Convert.ToHexString(token.Hash)}', string_to_array('{string.Join(',', permissions)}', ','), '{user}', now(), now() + {ends})
            """);
        return (id, "todo_key_" + text);
    }

    /// <summary>Makes a guest's link.</summary>
    public async Task<(Guid Id, string Text)> AddGuestLinkAsync(TenantSchema schema, Guid user, Guid list, bool mayWrite, string ends = "interval '1 day'")
    {
        var (id, token) = (Guid.CreateVersion7(), AccessToken.Create(schema.TenantId, out var text));
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.guest_links (id, list_id, name, hash, may_write, created_by, created_at, expires_at)
            VALUES ('{id}', '{list}', 'On the door', '\x{Convert.ToHexString(token.Hash)}', {mayWrite}, '{user}', now(), now() + {ends})
            """);
        return (id, "todo_guest_" + text);
    }

    /// <summary>Makes an address for a calendar program.</summary>
    public async Task<(Guid Id, string Text)> AddFeedAsync(TenantSchema schema, Guid user)
    {
        var (id, token) = (Guid.CreateVersion7(), AccessToken.Create(schema.TenantId, out var text));
        await ExecuteAsync(
            $"INSERT INTO {schema}.calendar_feeds (id, name, hash, assigned_only, created_by, created_at) VALUES ('{id}', 'Todos', '\\x{Convert.ToHexString(token.Hash)}', false, '{user}', now())");
        return (id, "todo_cal_" + text);
    }

    /// <summary>A client that sends a token and nothing else.</summary>
    public HttpClient With(string token)
    {
        var client = new HttpClient(OtherProcess()) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Opens a session for somebody as signing in does, but without the tenths of a second that checking a password takes on a busy machine.</summary>
    public async Task<TenantClient> OpenSessionAsync(string email, string slug)
    {
        var schema = await SchemaAsync(slug);
        var user = await ScalarAsync<Guid>($"SELECT id FROM {schema}.users WHERE email = '{email}'");
        var token = AccessToken.Create(schema.TenantId, out var text);
        await ExecuteAsync(
            $"""
            INSERT INTO {schema}.sessions (token_hash, user_id, created_at, expires_at)
            VALUES ('\x{Convert.ToHexString(token.Hash)}', '{user}', now(), now() + interval '1 day')
            """);
        return new TenantClient(Address, slug, text, user);
    }

    /// <summary>The schema of a tenant.</summary>
    public async Task<TenantSchema> SchemaAsync(string slug) => TenantSchema.Of(await ScalarAsync<Guid>($"SELECT id FROM tenants WHERE slug = '{slug}'"));

    /// <summary>What a tenant has, as the application reaches it.</summary>
    public TenantDbContext Open(TenantSchema schema)
    {
        var tenant = Service<IDbContextFactory<TenantDbContext>>().CreateDbContext();
        tenant.Enter(schema);
        return tenant;
    }

    /// <summary>A service of the running application.</summary>
    public T Service<T>()
        where T : notnull => App.Services.GetRequiredService<T>();

    /// <summary>Signs somebody in with the password.</summary>
    public async Task<TenantClient> SignInAsync(string email, string slug)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/login") { Content = JsonContent.Create(new { email, password = Password }) };
        request.Headers.Add("tenant", slug);
        using var response = await Anonymous.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var login = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return new TenantClient(Address, slug, login.RootElement.GetProperty("token").GetString()!, login.RootElement.GetProperty("userId").GetGuid());
    }
}

/// <summary>Somebody who is signed in to a tenant.</summary>
public sealed class TenantClient : HttpClient
{
    /// <summary>Sends the two headers with every request.</summary>
    public TenantClient(Uri address, string slug, string token, Guid userId)
        : base(ApiHost.OtherProcess())
    {
        (Slug, Token, UserId) = (slug, token, userId);
        BaseAddress = address;
        DefaultRequestHeaders.Add("tenant", slug);
        DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>The tenant.</summary>
    public string Slug { get; }

    /// <summary>The person's token.</summary>
    public string Token { get; }

    /// <summary>The person.</summary>
    public Guid UserId { get; }

    /// <summary>Makes a todo and returns its id.</summary>
    public async Task<Guid> AddTodoAsync(string title)
    {
        using var response = await this.PostAsJsonAsync("/todos", new { title });
        response.EnsureSuccessStatusCode();
        using var todo = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return todo.RootElement.GetProperty("id").GetGuid();
    }

    /// <summary>The titles of the first page of todos.</summary>
    public async Task<IReadOnlyList<string>> TitlesAsync()
    {
        using var page = JsonDocument.Parse(await GetStringAsync("/todos"));
        return [.. page.RootElement.GetProperty("items").EnumerateArray().Select(todo => todo.GetProperty("title").GetString()!)];
    }
}
