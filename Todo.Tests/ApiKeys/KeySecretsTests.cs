using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Todo.Api.Identity;
using Todo.Data.Access;
using Todo.Tests.Api;

namespace Todo.Tests.ApiKeys;

public sealed class KeySecretsTests(WatchedHost api) : IClassFixture<WatchedHost>
{
    [Fact]
    public async Task Keys_and_links_are_nowhere_but_with_whoever_made_them()
    {
        using var owner = await api.CreateTenantAsync();
        var schema = await api.SchemaAsync(owner.Slug);
        var list = Guid.CreateVersion7();
        await api.ExecuteAsync($"INSERT INTO {schema}.todo_lists (id, name, created_at) VALUES ('{list}', 'List', now())");
        using var madeKey = await owner.PostAsJsonAsync("/api-keys", new { name = "A machine", permissions = (string[])[Permission.TodosRead] });
        using var madeLink = await owner.PostAsJsonAsync("/guest-links", new { listId = list, name = "A code" });
        var key = (await madeKey.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!["todo_key_".Length..];
        var link = (await madeLink.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!["todo_guest_".Length..];
        var hashes = new[] { key, link }.Select(secret => AccessToken.TryParse(secret, out var token) ? Convert.ToHexStringLower(token.Hash) : throw new InvalidOperationException("It is no token.")).ToArray();
        var redis = await api.RedisContentAsync(UseAsync, hashes);
        var tables = await api.ContentAsync(schema.Name) + await api.ContentAsync("public");
        var logs = string.Join('\n', api.Logs.Lines);

        // First that the other places were searched at all.
        hashes.ShouldAllBe(hash => tables.Contains(hash));
        logs.ShouldContain("api_keys");
        foreach (var secret in (string[])[key, link])
        {
            var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(secret);
            foreach (var (place, content) in new[] { ("tables", tables), ("Redis", redis), ("logs", logs) })
            {
                foreach (var form in (string[])[secret, Convert.ToBase64String(bytes), Convert.ToHexString(bytes), Convert.ToHexString(bytes[16..])])
                {
                    content.Contains(form, StringComparison.OrdinalIgnoreCase).ShouldBeFalse(place);
                }
            }
        }

        async Task UseAsync()
        {
            foreach (var (token, path, expected) in new[]
            {
                ("todo_key_" + key, "/todos", HttpStatusCode.OK),
                ("todo_key_" + link, "/todos", HttpStatusCode.Unauthorized),
                ("todo_guest_" + link, "/guest/list", HttpStatusCode.OK),
                ("todo_guest_" + key, "/guest/list", HttpStatusCode.Unauthorized),
            })
            {
                using var client = api.With(token);
                (await client.GetAsync(path)).StatusCode.ShouldBe(expected, path);
            }
        }
    }

    [Fact]
    public void What_reads_along_with_the_logs_of_every_run_finds_a_token_in_any_line()
    {
        AccessToken.Create(Guid.CreateVersion7(), out var token);
        foreach (var (line, isSecret) in new[]
        {
            (token, true), ($"Bearer {token}", true), ($"/guest#todo_guest_{token}.", true), ($"key=todo_key_{token}", true), ("said correct horse battery", true),
            (Convert.ToHexStringLower(new byte[32]), false), ("a line", false),
        })
        {
            var watch = new SecretWatch(ApiHost.Password);
            using var reader = watch.Reader();
            reader.CreateLogger("any").Log(Microsoft.Extensions.Logging.LogLevel.Information, default, line, null, (state, _) => state);
            (watch.Found.Count > 0).ShouldBe(isSecret, line);
        }
    }
}
