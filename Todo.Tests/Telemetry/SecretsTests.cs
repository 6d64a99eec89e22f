using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Todo.Data.Access;
using Todo.Tests.Api;
using Todo.Tests.Mail;
using Todo.Tests.Servers;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

/// <summary>Everything that an API exports, as it goes over the wire. All of it is logged, too.</summary>
public sealed class OverheardHost : MailedHost
{
    internal OtlpReceiver Receiver { get; private set; } = null!;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
    [
        .. base.Arguments.Where(argument => !argument.StartsWith("--Logging", StringComparison.Ordinal)),
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={Receiver.Endpoint}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_BSP_SCHEDULE_DELAY=100", "--OTEL_BLRP_SCHEDULE_DELAY=100",
        "--OTEL_METRIC_EXPORT_INTERVAL=200", "--Logging:LogLevel:Default=Debug", "--Logging:LogLevel:Microsoft.AspNetCore=Debug", "--Logging:Console:LogLevel:Default=None",
    ];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        Receiver = await OtlpReceiver.StartAsync();
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}

[Collection(RunAlone.Name)]
public sealed class SecretsTests(OverheardHost api) : IClassFixture<OverheardHost>
{
    private const string Title = "a title that is nobody's business";

    [Fact]
    public async Task Of_a_busy_service_no_password_token_key_connection_string_or_value_is_exported()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        const string wrong = "a wrong password of somebody";
        const string next = "the next good password";
        using (var refused = await api.Anonymous.PostAsJsonAsync("/auth/login", new { email, password = wrong }))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        using var signedIn = await api.SignInAsync(email, owner.Slug);
        await signedIn.AddTodoAsync(Title);
        await signedIn.TitlesAsync();
        var key = await FieldAsync(await signedIn.PostAsJsonAsync("/api-keys", new { name = "A machine", permissions = (string[])[Permission.TodosRead] }), "key");
        using (var machine = api.With(key))
        {
            (await machine.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using (var stranger = api.With(key[..^4] + "AAAA"))
        {
            (await stranger.GetAsync("/todos")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        var reset = await api.ResetTokenAsync(email);
        using (var confirmed = await api.Anonymous.PostAsJsonAsync("/auth/password-reset/confirm", new { token = reset, password = next }))
        {
            ((int)confirmed.StatusCode).ShouldBeInRange(200, 299);
        }

        using (var malformed = await owner.PostAsJsonAsync("/todos", new { title = Title + "\0" }))
        {
            malformed.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the reset has ended the session");
        }

        using var again = await api.OpenSessionAsync(email, owner.Slug);
        using (var unstorable = await again.PostAsJsonAsync("/todos", new { title = Title + "\0" }))
        {
            unstorable.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        }

        // A calendar program has its secret in the address: of one that is good, of one that is not, and of a request that fails.
        var feed = await FieldAsync(await again.PostAsJsonAsync("/me/calendar-feeds", new { name = "Mine" }), "url");
        var calendar = feed.Split('/')[^1].Split('.')[0];
        var guessed = calendar[..^4] + "AAAA";
        (await StatusAsync(feed)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(feed.Replace(calendar, guessed, StringComparison.Ordinal))).ShouldBe(HttpStatusCode.NotFound);

        await api.ExecuteAsync($"ALTER TABLE {await api.SchemaAsync(owner.Slug)}.todos DROP COLUMN title");
        (await StatusAsync(feed)).ShouldBe(HttpStatusCode.InternalServerError);
        var (trace, caller) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        using (var last = new HttpRequestMessage(HttpMethod.Post, "/todos") { Content = JsonContent.Create(new { title = Title }) })
        {
            last.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
            using var failed = await again.SendAsync(last);
            failed.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        }

        // All of that has been sent once the last of it has: of the last request, the span that knows its caller ends after all others. Ids are sent as bytes.
        var (traceId, callerId) = (new byte[16], new byte[8]);
        trace.CopyTo(traceId);
        caller.CopyTo(callerId);
        await Eventually.TrueAsync(() => Task.FromResult(
            api.Receiver.Received("traces").Contains(Encoding.Latin1.GetString(callerId), StringComparison.Ordinal)
            && api.Receiver.Received("traces").Contains("exception.stacktrace", StringComparison.Ordinal)
            && api.Receiver.Received("traces").Contains("/calendar/", StringComparison.Ordinal)
            && api.Receiver.Received("logs").Contains(Encoding.Latin1.GetString(traceId), StringComparison.Ordinal)
            && api.Receiver.Received("metrics").Contains("todo.tenants.errors", StringComparison.Ordinal)));
        string[] secrets =
        [
            ApiHost.Password, wrong, next, owner.Token, signedIn.Token, again.Token, key, reset, calendar["todo_cal_".Length..], guessed["todo_cal_".Length..], api.OperatorKey, Title, email,
            new NpgsqlConnectionStringBuilder(api.ConnectionString).Password!, new NpgsqlConnectionStringBuilder(api.Service<NpgsqlDataSource>().ConnectionString).Password ?? api.OperatorKey,
            (await TestServers.Redis).ConnectionString.Split("password=")[1].Split(',')[0],
        ];
        foreach (var signal in (string[])["traces", "metrics", "logs"])
        {
            var sent = api.Receiver.Received(signal);
            sent.Length.ShouldBeGreaterThan(1000);
            secrets.Where(secret => sent.Contains(secret, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(signal);
        }

        api.Receiver.Received("traces").ShouldNotContain((await api.SchemaAsync(owner.Slug)).Name);
    }

    private async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var response = await api.Anonymous.GetAsync(url);
        return response.StatusCode;
    }

    private static async Task<string> FieldAsync(HttpResponseMessage response, string name)
    {
        response.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        response.Dispose();
        return body.RootElement.GetProperty(name).GetString()!;
    }
}
