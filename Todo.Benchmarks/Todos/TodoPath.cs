using System.Globalization;
using Todo.Api.Paging;
using Todo.Benchmarks.Requests;

namespace Todo.Benchmarks.Todos;

/// <summary>Something that people do with todos, and the requests that do it. All of a tenant's people send them in turn.</summary>
internal sealed class TodoPath
{
    /// <summary>How the titles of what is made begin.</summary>
    public const string MadeTitle = "Made by the benchmark";

    // So that the small tenant stays small while it is measured.
    private const int MostMade = 1_000;

    private readonly Func<TodoTenant, string>? _read;
    private readonly Func<TodoTenant, IEnumerable<WireRequest>>? _write;

    private TodoPath(string name, string title, Func<TodoTenant, string> read) => (Name, Title, _read) = (name, title, read);

    private TodoPath(string name, string title, Func<TodoTenant, IEnumerable<WireRequest>> write) => (Name, Title, _write) = (name, title, write);

    /// <summary>All of them; those that write come last, as they change what the others read.</summary>
    public static IReadOnlyList<TodoPath> All { get; } =
    [
        new("list", "list, first page", _ => "/todos?limit=50"),
        new("page", "list, a page in the middle", tenant => $"/todos?limit=50&cursor={OrderedCursor.Encode(null, tenant.Middle)}"),
        new("filtered", "open in one list, due within a month", tenant => $"/todos?limit=50&list={tenant.Lists[0]}&state=Open&dueFrom={Day(0)}&dueBefore={Day(30)}"),
        new("soonest", "mine and open, soonest first", _ => "/todos?limit=50&assignee=me&state=Open&sort=due"),
        new("due", "all, soonest first", _ => "/todos?limit=50&sort=due"),
        new("open", "open, in the order of making", _ => "/todos?limit=50&state=Open"),
        new("priority", "open, most important first", _ => "/todos?limit=50&state=Open&sort=-priority"),
        new("changed", "all, changed last first", _ => "/todos?limit=50&sort=-updatedAt"),
        new("title", "all, by title", _ => "/todos?limit=50&sort=title"),
        new("search", "search, a word of one title in 30", _ => "/todos/search?q=warehouse"),
        new("words", "search, two words", _ => "/todos/search?q=warehouse%20bergen"),
        new("mine", "calendar, a month, mine", _ => $"/calendar?from={Day(0)}&to={Day(30)}&assignee=me"),
        new("calendar", "calendar, a month, all", _ => $"/calendar?from={Day(0)}&to={Day(30)}"),
        new("statistics", "statistics", _ => "/statistics"),
        new("create", "create", tenant => Creations(tenant, withKey: false)),
        new("once", "create, with an `Idempotency-Key`", tenant => Creations(tenant, withKey: true)),
        new("complete", "complete and reopen in turn", Completions),
    ];

    /// <summary>What <c>--only</c> calls it.</summary>
    public string Name { get; }

    /// <summary>For the table.</summary>
    public string Title { get; }

    /// <summary>Whether it changes anything.</summary>
    public bool Writes => _write is not null;

    /// <summary>The requests of one measurement, and how long an answer is in bytes, at the middle of all people; null: it is not read.</summary>
    public async Task<(Func<IEnumerable<WireRequest>> Requests, int? Length)> RequestsAsync(HttpClient http, TodoTenant tenant, CancellationToken cancellationToken)
    {
        if (_write is not null)
        {
            return (() => _write(tenant), null);
        }

        var (path, requests) = (_read!(tenant), new List<WireRequest>());
        foreach (var token in tenant.Tenant.Tokens)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("tenant", tenant.Tenant.Slug);
            request.Headers.Add("Authorization", "Bearer " + token);
            using var response = await http.SendAsync(request, cancellationToken);
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            requests.Add(response.IsSuccessStatusCode
                ? WireRequest.Get(path, tenant.Tenant.Slug, token, body.Length)
                : throw new BenchmarkException($"GET {path} of '{tenant.Tenant.Slug}': {response.StatusCode}\n{System.Text.Encoding.UTF8.GetString(body)}"));
        }

        return (() => Forever(requests), requests.Select(request => request.BodyLength!.Value).Order().ElementAt(requests.Count / 2));
    }

    private static IEnumerable<WireRequest> Forever(List<WireRequest> requests)
    {
        for (var next = 0; ; next++)
        {
            yield return requests[next % requests.Count];
        }
    }

    private static IEnumerable<WireRequest> Creations(TodoTenant tenant, bool withKey)
    {
        var (slug, tokens) = (tenant.Tenant.Slug, tenant.Tenant.Tokens);
        for (var number = 0; number < MostMade; number++)
        {
            var json = $$"""{ "title": "{{MadeTitle}}, number {{number}}", "listId": "{{tenant.Lists[number % tenant.Lists.Length]}}", "due": "{{Day(number % 30)}}" }""";
            yield return WireRequest.Post("/todos", slug, tokens[number % tokens.Count], json, 201, withKey ? Guid.NewGuid() : null);
        }
    }

    // Each is completed, and opened again when all are.
    private static IEnumerable<WireRequest> Completions(TodoTenant tenant)
    {
        var (slug, tokens) = (tenant.Tenant.Slug, tenant.Tenant.Tokens);
        for (var number = 0; ; number++)
        {
            var action = number / tenant.Open.Length % 2 == 0 ? "complete" : "reopen";
            yield return WireRequest.Post($"/todos/{tenant.Open[number % tenant.Open.Length]}/{action}", slug, tokens[number % tokens.Count], "", 200);
        }
    }

    private static string Day(int days) => DateTime.UtcNow.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
