using Todo.Data.Access;
using Todo.Tenancy.Scoping;
using Todo.Tests.Api;

namespace Todo.Tests.Events;

/// <summary>For every endpoint that writes todos, lists, comments or tags, whoever adds it: it leaves an event, or stands here with why not.</summary>
public sealed class WrittenEventTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static readonly string[] Permissions = [Permission.TodosWrite, Permission.TagsWrite];

    // What is one's own and nobody else's; and what is in the audit log.
    private static readonly string[] Silent =
    [
        "PUT /lists/{id:guid}/favourite", "DELETE /lists/{id:guid}/favourite", "POST /filters", "PATCH /filters/{id:guid}", "DELETE /filters/{id:guid}",
        "POST /todos/{id:guid}/files/{fileId:guid}/links",
    ];

    // What has to be so before, for a call to change anything.
    private static readonly Dictionary<string, string> Before = new()
    {
        ["POST /todos/{id:guid}/reopen"] = "UPDATE {0}.todos SET completed_at = now(), completed_by = created_by",
        ["POST /todos/{id:guid}/restore"] = "UPDATE {0}.todos SET deleted_at = now()",
        ["POST /lists/{id:guid}/restore"] = "UPDATE {0}.todo_lists SET deleted_at = now()",
        ["DELETE /lists/{id:guid}/shares/users/{userId:guid}"] = "INSERT INTO {0}.list_shares (list_id, subject_id, user_id, access) VALUES ('{1}', '{2}', '{2}', 1)",
        ["DELETE /lists/{id:guid}/shares/groups/{groupId:guid}"] = "INSERT INTO {0}.list_shares (list_id, subject_id, group_id, access) VALUES ('{1}', '{3}', '{3}', 1)",
        ["DELETE /todo-backend/todos"] = "INSERT INTO {0}.todo_lists (id, name, owner_id, is_inbox, visibility, created_at) VALUES ('{4}', 'Inbox', '{4}', true, 'private', now()); UPDATE {0}.todos SET list_id = '{4}'",
    };

    [Fact]
    public async Task Whatever_writes_leaves_an_event()
    {
        var calls = ApiCall.AllOf(api.App).Where(call => call.Method != HttpMethod.Get && (Permissions.Contains(call.Permission) || call.IsGuests)).ToArray();
        calls.Length.ShouldBeGreaterThan(25);
        Silent.Concat(Before.Keys).Except(calls.Select(call => call.ToString())).ShouldBeEmpty("no longer there");
        var without = new List<string>();
        foreach (var call in calls)
        {
            using var owner = await api.CreateTenantAsync();
            var belongings = await new IsolationTests(api).FillAsync(owner);
            var schema = TenantSchema.Of(belongings.TenantId);
            if (Before.TryGetValue(call.ToString(), out var before))
            {
                await api.ExecuteAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, before, schema, belongings.ListId, belongings.People.PersonId, belongings.People.GroupId, owner.UserId));
            }

            using var guest = api.With(belongings.Doors.GuestToken);
            using var response = await (call.IsGuests ? guest : owner).SendAsync(call.Request(belongings));
            response.IsSuccessStatusCode.ShouldBeTrue($"{call}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
            var count = await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.events");
            if (Silent.Contains(call.ToString()) != (count == 0))
            {
                without.Add($"{call}: {count}");
            }
        }

        without.ShouldBeEmpty("Write the event in the statement, or the transaction, that makes the change: docs/events.md.");
    }
}
