using System.Net;
using System.Net.Http.Json;
using Todo.Tests.Servers;

namespace Todo.Tests.Api;

/// <summary>For every GET that exists: how often it asks the database.</summary>
public sealed class StatementsOfReadsTests(OwnRedisHost api) : IClassFixture<OwnRedisHost>
{
    // Those for which once is not enough, and why.
    private static readonly Dictionary<string, int> More = new()
    {
        // What the filter says, then what it finds.
        ["GET /filters/{id:guid}/todos"] = 2,

        // Where the todo is, then how long who worked at it.
        ["GET /todos/{id:guid}/work"] = 2,

        // The person, their groups, and the tenant, which is in the catalog.
        ["GET /me"] = 3,

        // The names of people and of tags, then the todos as they are sent.
        ["GET /todos/export"] = 3,

        // How many there are, which of them are on this page, and the page.
        ["GET /users/table"] = 3,

        // Whether anything has no position yet, and where positions end.
        ["GET /events"] = 2,
    };

    [Fact]
    public async Task A_read_is_one_round_trip_unless_it_says_why_not()
    {
        using var owner = await api.CreateTenantAsync();
        var wrong = new List<string>();
        var calls = ApiCall.AllOf(api.App).Where(call => call.Method == HttpMethod.Get && (call.IsTenants || call.IsGuests)).ToArray();
        More.Keys.Except(calls.Select(call => call.ToString())).ShouldBeEmpty();
        var belongings = await new IsolationTests(api).FillAsync(owner);

        // An empty page asks once more whether that of which it is one exists.
        using var acted = await owner.PostAsJsonAsync($"/todos/{belongings.TodoId}/actions", new { action = "Accept" });
        acted.StatusCode.ShouldBe(HttpStatusCode.Created);
        await api.ExecuteAsync(
            $"INSERT INTO {await api.SchemaAsync(owner.Slug)}.list_shares (list_id, subject_id, user_id, access) VALUES ('{belongings.ListId}', '{belongings.People.PersonId}', '{belongings.People.PersonId}', 1)");

        // Who asks first gives positions to what happened so far.
        using var placed = await owner.GetAsync("/events?follow=false");
        placed.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var guest = api.With(belongings.Doors.GuestToken);
        foreach (var call in calls)
        {
            var client = call.IsTenants ? owner : guest;
            var expected = More.GetValueOrDefault(call.ToString(), 1);
            using var statements = new StatementCount(api.Name);
            using var response = await client.SendAsync(call.Request(belongings));
            response.StatusCode.ShouldBe(HttpStatusCode.OK, call.ToString());
            var sent = statements.Take();
            if (sent.Count != expected)
            {
                wrong.Add($"{call}: {sent.Count}\n{string.Join('\n', sent)}");
            }
        }

        wrong.ShouldBeEmpty();
    }
}
