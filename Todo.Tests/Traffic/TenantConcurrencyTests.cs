using System.Net;
using Npgsql;
using Todo.Tests.Api;
using Todo.Tests.Servers;

namespace Todo.Tests.Traffic;

/// <summary>Where two requests of a tenant are worked on at once and two more wait.</summary>
public sealed class NarrowHost : ApiHost
{
    public const int AtOnce = 2;
    public const int Queue = 2;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments =>
        [$"--Traffic:TenantConcurrency={AtOnce}", $"--Traffic:TenantQueue={Queue}", "--Logging:Console:LogLevel:Default=None"];
}

public sealed class TenantConcurrencyTests(NarrowHost api) : IClassFixture<NarrowHost>
{
    private const string Policy = "tenant-concurrency";

    [Fact]
    public async Task A_tenant_whose_requests_hang_holds_its_own_share_of_the_connections_and_the_others_are_served()
    {
        using var stuck = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        using var waiting = new Measured(api, "todo.limits.delays");
        using var patience = new CancellationTokenSource();
        using var warm = await stuck.GetAsync("/todos");
        List<Task<HttpResponseMessage>> requests;
        await using (var connection = await api.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand($"LOCK TABLE {await api.SchemaAsync(stuck.Slug)}.todos IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync();

            requests = [.. Enumerable.Range(0, NarrowHost.AtOnce).Select(_ => stuck.GetAsync("/todos"))];
            await Eventually.TrueAsync(async () => await HangingAsync() == NarrowHost.AtOnce);
            var abandoned = stuck.GetAsync("/todos", patience.Token);
            requests.Add(stuck.GetAsync("/todos"));
            await WaitingAsync(2);
            await RefusedAsync(stuck);

            // Who hangs up makes room for another.
            await patience.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(abandoned);
            await Eventually.TrueAsync(async () =>
            {
                var next = stuck.GetAsync("/todos");
                await Eventually.TrueAsync(() => Task.FromResult(next.IsCompleted || waiting.Of(Policy) == 3));
                if (next.IsCompleted)
                {
                    return false;
                }

                requests.Add(next);
                return true;
            });
            await RefusedAsync(stuck);
            (await HangingAsync()).ShouldBe(NarrowHost.AtOnce);
            await other.AddTodoAsync("Served");
            (await other.TitlesAsync()).ShouldBe(["Served"]);
        }

        requests.Count.ShouldBe(NarrowHost.AtOnce + NarrowHost.Queue);
        foreach (var response in await Task.WhenAll(requests))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        Task WaitingAsync(int count) => Eventually.TrueAsync(() => Task.FromResult(waiting.Of(Policy) == count));
    }

    private static async Task RefusedAsync(TenantClient stuck)
    {
        using var refused = await stuck.GetAsync("/todos");
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests);
        problem.GetProperty("violated-policies")[0].GetString().ShouldBe(Policy);
        refused.Headers.RetryAfter.ShouldNotBeNull();
    }

    private Task<long> HangingAsync() => api.ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()");
}
