using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Todo.ServiceDefaults;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using Todo.Tests.ServiceDefaults;

namespace Todo.Tests.Telemetry;

[Collection(RunAlone.Name)]
public sealed class RequestTraceTests(TelemetryHost api) : IClassFixture<TelemetryHost>
{
    [Fact]
    public async Task A_request_is_one_trace_from_the_server_through_cache_limiter_and_database()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var (id, _) = await SendAsync(owner, HttpMethod.Get, "/todos");

        var trace = await api.TraceAsync(id, "GET /todos/", "lookup", "EVALSHA", "SELECT todos");
        var server = trace.Roots.ShouldHaveSingleItem();
        server.Name.ShouldBe("GET /todos/");
        server["tenant.id"].ShouldBe(schema.TenantId.ToString());
        server["enduser.id"].ShouldBe(owner.UserId.ToString());
        server["http.route"].ShouldBe("/todos/");
        server["http.response.status_code"].ShouldBe("200");
        trace.Above(trace.Single("EVALSHA")).ShouldBe(["GET /todos/"]);
        trace.Above(trace.Spans.Single(span => span.Name == "SELECT tenants")).ShouldBe(["lookup", "GET /todos/"]);

        var statement = trace.Single("SELECT todos");
        trace.Above(statement).ShouldBe(["GET /todos/"]);
        statement["db.system.name"].ShouldBe("postgresql");
        statement["db.operation.name"].ShouldBe("SELECT");
        statement["db.namespace"].ShouldNotBeNullOrEmpty();
        statement["db.query.text"].ShouldNotBeNull().ShouldContain("FROM \"<tenant>\".todos AS t");
        string.Join('\n', trace.Spans).ShouldNotContain(schema.Name, Case.Insensitive);

        // What memory knows needs no span: a later request asks nobody who it is. The next one may, if the tenant, which is new, was just announced as changed.
        await Eventually.TrueAsync(async () =>
        {
            var (again, _) = await SendAsync(owner, HttpMethod.Get, "/todos");
            var names = (await api.TraceAsync(again, "SELECT todos")).Spans.Select(span => span.Name);
            return names.Order(StringComparer.Ordinal).SequenceEqual(["EVALSHA", "GET /todos/", "SELECT todos"]);
        });
    }

    [Fact]
    public async Task A_statement_that_changes_several_tables_is_named_by_its_changes()
    {
        using var owner = await api.CreateTenantAsync();
        // The first one makes the inbox as well.
        await owner.AddTodoAsync("Bread");
        var (id, _) = await SendAsync(owner, HttpMethod.Post, "/todos", new { title = "Milk" });
        var statement = (await api.TraceAsync(id, "INSERT todos INSERT events")).Single("INSERT todos INSERT events");
        statement["db.operation.name"].ShouldBe("INSERT");
        statement["db.query.summary"].ShouldBe("INSERT todos INSERT events");
    }

    [Theory]
    [InlineData("SELECT t.id FROM \"<tenant>\".todos AS t", "SELECT todos")]
    [InlineData("SELECT count(*) FROM (SELECT 1 FROM \"<tenant>\".tags WHERE id = ANY ($1) FOR KEY SHARE) AS held", "SELECT tags")]
    [InlineData("WITH made AS (\n INSERT INTO \"<tenant>\".todos (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = $1 RETURNING id) SELECT id FROM made", "INSERT todos")]
    [InlineData("SELECT 1 FROM todo_lists FOR NO KEY UPDATE; WITH done AS (UPDATE todos SET title = $1 RETURNING id) INSERT INTO events (id) SELECT id FROM done", "UPDATE todos INSERT events")]
    [InlineData("WITH gone AS (DELETE FROM tags WHERE id = $1), a AS (DELETE FROM tags WHERE id = $2) SELECT 1", "DELETE tags")]
    [InlineData("SELECT public.tenant_guard($1, 'UPDATE x')", "SELECT")]
    [InlineData("select \"Id\" from public.\"Orders\";", "SELECT Orders")]
    [InlineData("COMMIT", "COMMIT")]
    [InlineData("", "")]
    public void A_statement_is_named_by_what_it_does_to_which_table(string text, string summary) => DatabaseSpans.Summarize(text).Summary.ShouldBe(summary);

    [Fact]
    public async Task Statements_of_all_tenants_are_one_text()
    {
        var texts = new HashSet<string>();
        for (var i = 0; i < 2; i++)
        {
            using var owner = await api.CreateTenantAsync();
            await owner.AddTodoAsync("Milk");
            var (id, _) = await SendAsync(owner, HttpMethod.Get, "/todos");
            texts.Add((await api.TraceAsync(id, "SELECT todos")).Single("SELECT todos")["db.query.text"]!);
        }

        texts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_mail_that_a_request_made_necessary_is_sent_in_its_trace()
    {
        using var owner = await api.CreateTenantAsync();
        var email = $"owner@{owner.Slug}.example";
        var (id, status) = await SendAsync(api.Anonymous, HttpMethod.Post, "/auth/password-reset", new { email });
        status.ShouldBe(HttpStatusCode.Accepted);

        var trace = await api.TraceAsync(id, "POST /auth/password-reset", "mail send", "SMTP");
        var mail = trace.Single("mail send");
        mail["tenant.id"].ShouldBe((await api.SchemaAsync(owner.Slug)).TenantId.ToString());
        mail["todo.mail.template"].ShouldBe("password_reset");
        trace.Above(trace.Single("SMTP"))[0].ShouldBe("mail send");
        trace.Above(mail).ShouldContain("POST /auth/password-reset");
        string.Join('\n', trace.Spans).ShouldNotContain(email, Case.Insensitive);
    }

    [Fact]
    public async Task A_failure_has_its_type_and_its_trace_id_is_in_the_answer()
    {
        using var owner = await api.CreateTenantAsync();
        await api.ExecuteAsync($"ALTER TABLE {await api.SchemaAsync(owner.Slug)}.todos RENAME TO elsewhere");
        using var request = Request(HttpMethod.Get, "/todos", out var id);
        using var response = await owner.SendAsync(request);
        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.InternalServerError);
        problem.GetProperty("traceId").GetString()!.ShouldContain(id);

        var trace = await api.TraceAsync(id, "GET /todos/", "SELECT todos");
        trace.Single("GET /todos/")["error.type"].ShouldBe("Npgsql.PostgresException");
        trace.Single("SELECT todos")["db.response.status_code"].ShouldBe("42P01");
        trace.Single("GET /todos/").ToString().ShouldContain("exception.stacktrace");
        string.Join('\n', trace.Spans).ShouldNotContain((await api.SchemaAsync(owner.Slug)).Name, Case.Insensitive, "not even in what Npgsql says of it");
    }

    [Fact]
    public async Task Probes_and_what_the_service_does_unasked_begin_no_trace()
    {
        for (var i = 0; i < 20; i++)
        {
            using var health = await api.Anonymous.GetAsync("/health");
            using var alive = await api.Anonymous.GetAsync("/alive");
            await Task.Delay(50);
        }

        // By then whatever the probes would have made has been sent.
        var (id, _) = await SendAsync(api.Anonymous, HttpMethod.Get, "/openapi/v1.json");
        await api.TraceAsync(id, "GET /openapi/{documentName}.json");
        var names = (await api.TracesAsync()).Select(trace => trace.GetProperty("name").GetString()!).Distinct().ToArray();
        names.ShouldNotBeEmpty();

        // The receiver and its reader are in this process, and their requests are heard of as well, under the names of the framework.
        names.Except(["Microsoft.AspNetCore.Hosting.HttpRequestIn", "GET"]).ShouldAllBe(name => name.Contains(" /", StringComparison.Ordinal));
        names.ShouldNotContain(name => name.Contains("/health", StringComparison.Ordinal) || name.Contains("/alive", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_strangers_baggage_is_not_taken_for_ours()
    {
        using var owner = await api.CreateTenantAsync();
        using var request = Request(HttpMethod.Get, "/todos", out var id);
        request.Headers.Add("baggage", "tenant.id=another");
        using var response = await owner.SendAsync(request);
        (await api.TraceAsync(id, "SELECT todos")).Spans.ShouldAllBe(span => span["tenant.id"] != "another");
    }

    /// <summary>A request whose caller has a trace already, which goes on in the service.</summary>
    internal static HttpRequestMessage Request(HttpMethod method, string path, out string traceId)
    {
        traceId = ActivityTraceId.CreateRandom().ToHexString();
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("traceparent", $"00-{traceId}-{ActivitySpanId.CreateRandom()}-01");
        return request;
    }

    private static async Task<(string TraceId, HttpStatusCode Status)> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = Request(method, path, out var id);
        request.Content = body is null ? null : JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        return (id, response.StatusCode);
    }
}
