using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Data;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

public sealed class HealthTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_burst_of_a_thousand_probes_asks_the_database_about_once_a_second()
    {
        using var statements = new StatementCount(api.Name, withBackground: true);
        var watch = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => api.Anonymous.GetStringAsync("/health")));

        var asked = statements.Take().Where(statement => statement.StartsWith("SELECT 1", StringComparison.Ordinal) || statement.Contains("__EFMigrationsHistory", StringComparison.Ordinal));
        asked.GroupBy(statement => statement).ShouldAllBe(same => same.Count() <= watch.Elapsed.TotalSeconds + 2);
        answers.ShouldAllBe(answer => answer == "Healthy");
    }

    [Fact]
    public async Task Operators_read_each_check_and_everybody_else_one_word()
    {
        using var guess = new HttpClient { BaseAddress = api.Address };
        guess.DefaultRequestHeaders.Add("X-Operator-Key", "a guess");
        await Eventually.TrueAsync(async () => await api.Anonymous.GetStringAsync("/health") == "Healthy");
        (await guess.GetStringAsync("/health")).ShouldBe("Healthy");

        var report = await api.Operator.GetFromJsonAsync<JsonElement>("/health");
        report.GetProperty("status").GetString().ShouldBe("Healthy");
        var checks = report.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("status").GetString());
        checks.Keys.ShouldBe(["self", "PostgreSql", "StackExchange.Redis", "catalog"], ignoreOrder: true);
        checks.Values.ShouldAllBe(status => status == "Healthy");
    }

    [Fact]
    public async Task A_catalog_that_is_older_than_the_build_needs_makes_it_unready_until_it_was_migrated_and_a_newer_one_does_not()
    {
        await using var empty = new TestDatabase();
        await empty.InitializeAsync();
        var (app, address) = await api.StartApiAsync(empty.ConnectionString);
        await using var replica = app;
        using var operators = new HttpClient { BaseAddress = address };
        operators.DefaultRequestHeaders.Add("X-Operator-Key", api.OperatorKey);
        await empty.ExecuteAsync(
            $"""
            CREATE TABLE "__EFMigrationsHistory" ("MigrationId" text, "ProductVersion" text);
            INSERT INTO "__EFMigrationsHistory" VALUES ('{MigrationLines.Catalog.Steps[^2].Id}', '');
            GRANT SELECT ON "__EFMigrationsHistory" TO PUBLIC;
            """);
        using (var old = await operators.GetAsync("/health"))
        {
            old.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            var check = (await old.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "catalog");
            check.GetProperty("status").GetString().ShouldBe("Unhealthy");
            check.GetProperty("reason").GetString()!.ShouldContain(MigrationLines.Catalog.Head.Id);
        }

        await empty.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('20991231000000_FromTheFuture', '')""");
        await Eventually.TrueAsync(async () => (await operators.GetAsync("/health")).StatusCode == HttpStatusCode.OK);
        (await operators.GetStringAsync("/alive")).ShouldBe("Healthy");
    }
}
