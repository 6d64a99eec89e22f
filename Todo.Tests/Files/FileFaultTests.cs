using System.Net;
using Npgsql;
using Todo.Tests.Api;
using Todo.Tests.Faults;
using static Todo.Tests.Files.FilesHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

/// <summary>A replica loses its connection to the database before or after any statement about a file; whoever sent it sends it again, to another.</summary>
public sealed class FileFaultTests(FilesHost api) : IClassFixture<FilesHost>
{
    // Without what the clean-up asks, whenever it starts: what has died, and what is deleted, oldest first.
    private static bool IsOfFiles(string sql) => sql.Contains(".files", StringComparison.Ordinal) && !sql.Contains("dead AS", StringComparison.Ordinal) && !sql.Contains("ORDER BY", StringComparison.Ordinal);

    [Fact]
    public async Task Wherever_an_upload_is_cut_off_the_file_is_there_whole_or_not_at_all_and_sent_again_it_is_there_once()
    {
        await StrikeEverywhereAsync(
            (client, todo, name) => SendAsync(client, todo, Content(name), name),
            async (owner, todo, name, isStored) =>
            {
                if (isStored)
                {
                    await IsWholeAsync(owner, todo, name);
                }

                using var again = await SendAsync(owner, todo, Content(name), name);
                again.StatusCode.ShouldBe(isStored ? HttpStatusCode.OK : HttpStatusCode.Created, name);
                await IsWholeAsync(owner, todo, name);
            });
    }

    [Fact]
    public async Task Wherever_deleting_one_is_cut_off_it_is_there_whole_or_not_at_all()
    {
        await StrikeEverywhereAsync(
            async (client, todo, name) => await client.DeleteAsync($"/todos/{todo}/files/{(await PutAsync(client, todo, Content(name), name)).GetProperty("id").GetGuid()}"),
            async (owner, todo, name, isStored) =>
            {
                if (isStored)
                {
                    await IsWholeAsync(owner, todo, name);
                }
            });
    }

    private static byte[] Content(string name) => Noise(1000, seed: name.GetHashCode(StringComparison.Ordinal));

    private static async Task<Guid> IdAsync(TenantClient owner, Guid todo, string name) =>
        (await OkAsync(owner.GetAsync($"/todos/{todo}/files?limit=200"))).GetProperty("items").EnumerateArray().Single(file => file.GetProperty("name").GetString() == name).GetProperty("id").GetGuid();

    private static async Task IsWholeAsync(TenantClient owner, Guid todo, string name)
    {
        using var got = await owner.GetAsync($"/todos/{todo}/files/{await IdAsync(owner, todo, name)}/content");
        got.StatusCode.ShouldBe(HttpStatusCode.OK, name);
        (await got.Content.ReadAsByteArrayAsync()).ShouldBe(Content(name), name);
    }

    private async Task StrikeEverywhereAsync(Func<TenantClient, Guid, string, Task<HttpResponseMessage>> act, Func<TenantClient, Guid, string, bool, Task> check)
    {
        await using var proxy = PostgresProxy.Start(new NpgsqlConnectionStringBuilder(api.ConnectionString) { MaxPoolSize = 4 }.ConnectionString);
        var (struck, address) = await api.StartApiAsync(proxy.ConnectionString);
        await using var _ = struck;
        using var owner = await api.CreateTenantAsync();
        var (schema, todo) = (await api.SchemaAsync(owner.Slug), await owner.AddTodoAsync("With files"));
        using var client = new TenantClient(address, owner.Slug, owner.Token, owner.UserId);
        (await act(client, todo, "warm")).IsSuccessStatusCode.ShouldBeTrue();
        proxy.Forget();
        (await act(client, todo, "seen")).IsSuccessStatusCode.ShouldBeTrue();
        var points = StatementBoundaries.InOrder(proxy.Statements.Where(statement => IsOfFiles(statement.Sql)));
        points.Count.ShouldBeGreaterThanOrEqualTo(4);

        var fired = 0;
        foreach (var point in points)
        {
            var name = $"{point.Side} {point.Ordinal}";
            proxy.Cut(point with { Counts = IsOfFiles });
            try
            {
                using var response = await act(client, todo, name);
            }
            catch (ShouldAssertException)
            {
                // What comes before deleting one was struck.
            }

            fired += proxy.Disarm() ? 0 : 1;
            await check(owner, todo, name, await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.files WHERE name = '{name}' AND state = 'stored'") == 1);
            (await UsedAsync(owner)).ShouldBe(await api.ScalarAsync<long>($"SELECT coalesce(sum(size), 0)::bigint FROM {schema}.files WHERE state <> 'deleted'"), name);
        }

        fired.ShouldBe(points.Count);
    }
}
