using System.Collections.Concurrent;
using Npgsql;
using Todo.Api.Events;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;
using static Todo.Tests.Lists.ListHost;

namespace Todo.Tests.Events;

public sealed class EventOrderTests(EventHost api) : IClassFixture<EventHost>
{
    [Fact]
    public async Task What_commits_late_is_told_late_and_not_lost()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        await using var events = await EventListener.OpenAsync(owner);
        await using var slow = await api.DataSource.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        var (late, early) = (Guid.NewGuid(), Guid.NewGuid());
        await WriteAsync(slow, schema, late);
        await api.ExecuteAsync(Sql(schema, early));
        var first = await events.NextAsync();
        first.TodoId.ShouldBe(early);

        await transaction.CommitAsync();
        var second = await events.NextAsync();
        second.TodoId.ShouldBe(late);
        second.Data.GetProperty("id").GetInt64().ShouldBeLessThan(first.Data.GetProperty("id").GetInt64());
        second.Position.ShouldBe(first.Position + 1);

        // Who had only heard the one that has the higher id gets the other one.
        await using var again = await EventListener.OpenAsync(owner, $"{first.Position}");
        (await again.NextAsync()).TodoId.ShouldBe(late);
    }

    [Fact]
    public async Task However_transactions_and_those_who_give_positions_overlap_a_reader_misses_nothing_and_sees_nothing_twice()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var written = new ConcurrentBag<Guid>();
        var plans = Enumerable.Range(0, 6).Select(writer => Enumerable.Range(0, 25).Select(i => (Events: 1 + ((writer + i) % 4), Pause: ((writer * 5) + (i * 3)) % 8, IsKept: (writer + i) % 5 > 0)).ToArray()).ToArray();
        using var over = new CancellationTokenSource();
        var placing = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                await using var tenant = api.Open(schema);
                await EventOrder.PlaceAsync(tenant, CancellationToken.None);
            }
        })).ToArray();
        var seen = new List<TenantEvent>();
        var reading = Task.Run(async () =>
        {
            for (var position = 0L; ;)
            {
                var isLast = over.IsCancellationRequested;
                await using var tenant = api.Open(schema);
                await EventOrder.PlaceAsync(tenant, CancellationToken.None);
                var found = await EventOrder.AfterAsync(tenant, position, 7, CancellationToken.None);
                seen.AddRange(found);
                position = found.LastOrDefault()?.Position ?? position;
                if (isLast && found.Count == 0)
                {
                    return;
                }
            }
        });
        await Task.WhenAll(plans.Select(plan => Task.Run(async () =>
        {
            await using var connection = await api.DataSource.OpenConnectionAsync();
            foreach (var (count, pause, isKept) in plan)
            {
                await using var transaction = await connection.BeginTransactionAsync();
                var ids = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToArray();
                foreach (var id in ids)
                {
                    await WriteAsync(connection, schema, id);

                    // Makes the transactions of the plan long or short, so that they overlap; nothing is expected of the time.
                    await Task.Delay(pause);
                }

                if (isKept)
                {
                    await transaction.CommitAsync();
                    foreach (var id in ids)
                    {
                        written.Add(id);
                    }
                }
            }
        })));
        await over.CancelAsync();
        await Task.WhenAll([.. placing, reading]);

        seen.Select(one => one.TodoId!.Value).ShouldBe(written, ignoreOrder: true);
        seen.Select(one => one.Position!.Value).ShouldBe(Enumerable.Range(1, written.Count).Select(position => (long)position));

        // What one transaction wrote comes in the order in which it did.
        (await api.ScalarAsync<long>($"SELECT position FROM {schema}.event_heads")).ShouldBe(written.Count);
    }

    [Fact]
    public async Task Of_changes_to_one_todo_at_once_the_events_are_in_the_order_of_its_versions()
    {
        using var owner = await api.CreateTenantAsync();
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list, "0");
        await using var events = await EventListener.OpenAsync(owner);
        await Task.WhenAll(Enumerable.Range(1, 12).Select(async i =>
        {
            using var changed = i % 3 == 0 ? await owner.PostAsync($"/todos/{todo}/complete", null)
                : i % 3 == 1 ? await owner.PostAsync($"/todos/{todo}/reopen", null)
                : await PatchAsync(owner, $"/todos/{todo}", $$"""{ "estimateMinutes": {{i}} }""");
        }));
        await AddListAsync(owner, "The end");
        var heard = new List<Heard>();
        while (heard.LastOrDefault()?.Kind != "list.created")
        {
            heard.Add(await events.NextAsync());
        }

        // Each completion follows a reopening, and each change begins where the one before has ended.
        var isOpen = true;
        long? estimate = null;
        foreach (var one in heard.SkipLast(1))
        {
            switch (one.Kind)
            {
                case "todo.completed" or "todo.reopened":
                    (one.Kind == "todo.completed").ShouldBe(isOpen);
                    isOpen = !isOpen;
                    break;
                default:
                    var change = one.Data.GetProperty("changes").GetProperty("estimateMinutes");
                    (change.GetProperty("from") is { ValueKind: System.Text.Json.JsonValueKind.Number } from ? from.GetInt64() : (long?)null).ShouldBe(estimate);
                    estimate = change.GetProperty("to").GetInt64();
                    break;
            }
        }
    }

    private static async Task WriteAsync(NpgsqlConnection connection, TenantSchema schema, Guid todo)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A schema's name and an id of the test's own.
        command.CommandText = Sql(schema, todo);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static string Sql(TenantSchema schema, Guid todo) => $"INSERT INTO {schema}.events (at, kind, actor_kind, todo_id) VALUES (now(), 'todo.changed', 'system', '{todo}')";
}
