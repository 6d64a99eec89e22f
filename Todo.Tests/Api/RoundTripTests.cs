using System.Globalization;
using System.Net;
using StackExchange.Redis;
using Todo.AppHost.Embedded;
using Todo.Tests.Lists;
using Todo.Tests.Occurrences;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>With a Redis that nobody else talks to.</summary>
public sealed class OwnRedisHost : ApiHost
{
    private EmbeddedServer _redis = null!;
    private ConnectionMultiplexer _observer = null!;

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        _redis = await EmbeddedRedis.StartAsync(EmbeddedRedisOptions.ThrowAway);
        _observer = await ConnectionMultiplexer.ConnectAsync(await CacheAsync() + ",allowAdmin=true");
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _observer.Dispose();
        await _redis.DisposeAsync();
    }

    /// <summary>How often Redis has carried out each command, by clients or in scripts; without what clients say to keep a connection alive.</summary>
    public async Task<IReadOnlyDictionary<string, long>> RedisCommandsAsync()
    {
        string[] upkeep = ["auth", "client", "cluster", "command", "config", "echo", "hello", "info", "ping", "psubscribe", "select", "sentinel", "subscribe", "unsubscribe"];
        var lines = (await _observer.GetServer(_observer.GetEndPoints().Single()).InfoAsync("commandstats")).SelectMany(section => section);
        return lines
            .Select(line => (Command: line.Key["cmdstat_".Length..].Split('|')[0], Calls: long.Parse(line.Value.Split("calls=")[1].Split(',')[0], CultureInfo.InvariantCulture)))
            .Where(line => !upkeep.Contains(line.Command))
            .GroupBy(line => line.Command)
            .ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.Calls));
    }

    /// <inheritdoc/>
    // The feed would once forget a tenant that was just made.
    protected override IEnumerable<string> Arguments => ["--Tenants:ChangeInterval=1.00:00:00"];

    /// <inheritdoc/>
    // Without the client's own reads: who is the primary, every minute.
    protected override Task<string> CacheAsync() => Task.FromResult(_redis.ConnectionString + ",tiebreaker=,configCheckSeconds=3600");
}

public sealed class RoundTripTests(OwnRedisHost api) : IClassFixture<OwnRedisHost>
{
    [Theory]
    [InlineData("/todos", "todos")]
    [InlineData("/users", "users")]
    public async Task A_warm_list_is_one_statement_and_one_script_for_its_limits_and_no_other_word_to_Redis(string path, string table)
    {
        using var owner = await api.CreateTenantAsync();
        using var statements = new StatementCount(api.Name);
        var redisBefore = await api.RedisCommandsAsync();
        await owner.AddTodoAsync("Something");
        await GetAsync(owner, path);
        statements.Take().Count.ShouldBeGreaterThan(0);
        var warm = await api.RedisCommandsAsync();
        warm.Values.Sum().ShouldBeGreaterThan(redisBefore.Values.Sum());

        // Memory has to be renewed every few seconds; of some series one has none of that in it.
        Dictionary<string, long> said;
        var series = 0;
        do
        {
            warm = await api.RedisCommandsAsync();
            for (var i = 0; i < 20; i++)
            {
                await GetAsync(owner, path);
            }

            var sent = statements.Take();
            sent.Count.ShouldBe(20, string.Join('\n', sent));
            sent.ShouldAllBe(statement => statement.Contains(table, StringComparison.Ordinal));
            said = (await api.RedisCommandsAsync()).Select(command => KeyValuePair.Create(command.Key, command.Value - warm.GetValueOrDefault(command.Key)))
                .Where(command => command.Value != 0).ToDictionary();
        }
        while (said.ContainsKey("get") && ++series < 20);

        // Of a script for two policies: the clock, both debts read at once, each written.
        said.ShouldBe(new Dictionary<string, long> { ["evalsha"] = 20, ["time"] = 20, ["mget"] = 20, ["set"] = 40 }, ignoreOrder: true);
    }

    [Theory]
    [InlineData("/todos?limit=10")]
    [InlineData("/todos?limit=10&cursor=AZ8AAAAAcACAAAAAAAAAAA")]
    [InlineData("/todos?list={list}&state=Open&dueFrom=2040-01-01&dueBefore=2040-02-01")]
    [InlineData("/todos?assignee=me&state=Open&sort=due")]
    [InlineData("/todos?tag={list}&priority=High&text=some&sort=-updatedAt")]
    [InlineData("/todos/search?q=some")]
    [InlineData("/todos/search?q=smething%20else&state=Open&limit=5")]
    [InlineData("/todos?due=Today")]
    [InlineData("/todos/search?q=some&due=Next7Days")]
    [InlineData("/calendar?from=2040-01-01&to=2040-02-01")]
    [InlineData("/calendar?from=2040-01-01&to=2040-02-01&assignee=me")]
    [InlineData("/statistics")]
    [InlineData("/statistics/completed")]
    [InlineData("/statistics/overdue")]
    [InlineData("/statistics/time")]
    [InlineData("/me/work")]
    [InlineData("/work")]
    public async Task Looking_for_todos_is_one_round_trip_however_it_is_done(string path)
    {
        using var owner = await api.CreateTenantAsync();
        var list = await ListHost.AddListAsync(owner);
        await RecurrenceTests.AddAsync(owner, $$"""{ "title": "Something", "listId": "{{list}}", "due": "2040-01-02", "assigneeIds": ["{{owner.UserId}}"], "recurrence": { "rule": "FREQ=DAILY" } }""");
        path = path.Replace("{list}", $"{list}", StringComparison.Ordinal);
        await GetAsync(owner, path);
        using var statements = new StatementCount(api.Name);
        await GetAsync(owner, path);
        var sent = statements.Take();
        sent.Count.ShouldBe(1, string.Join('\n', sent));
    }

    [Theory]
    [InlineData("/todos?assignee=me", "<@ t.assignee_ids")]
    [InlineData("/todos?tag=00000000-0000-0000-0000-000000000001", "<@ t.tag_ids")]
    [InlineData("/calendar?from=2040-01-01&to=2040-02-01&assignee=me", "<@ t.assignee_ids")]
    [InlineData("/todos?sort=due", "UNION ALL")]
    [InlineData("/todos", "LIMIT 51")]
    [InlineData("/todos?limit=20&state=Open", "LIMIT 21")]
    [InlineData("/todos?limit=20&sort=due", "LIMIT 21")]
    public async Task What_an_index_can_find_is_asked_for_as_the_index_has_it(string path, string condition)
    {
        using var owner = await api.CreateTenantAsync();
        using var statements = new StatementCount(api.Name);
        await GetAsync(owner, path);
        statements.Take()[^1].ShouldContain(condition);
    }

    [Fact]
    public async Task Writing_a_todo_is_one_statement()
    {
        using var owner = await api.CreateTenantAsync();
        var id = await owner.AddTodoAsync("Warm");
        using var statements = new StatementCount(api.Name);
        await owner.AddTodoAsync("One insert");
        statements.Take().Count.ShouldBe(1);
        foreach (var way in (string[])["complete", "reopen"])
        {
            using var done = await owner.PostAsync($"/todos/{id}/{way}", null);
            done.StatusCode.ShouldBe(HttpStatusCode.OK);
            statements.Take().Count.ShouldBe(1, way);
        }

        using var deleted = await owner.DeleteAsync($"/todos/{id}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        statements.Take().Count.ShouldBe(1);
    }

    private static async Task GetAsync(TenantClient owner, string path)
    {
        using var response = await owner.GetAsync(path);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
