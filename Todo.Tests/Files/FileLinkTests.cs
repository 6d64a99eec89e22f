using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using Todo.Api.Files;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Files.FilesHost;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

public sealed class FileLinkTests(FilesHost api) : IClassFixture<FilesHost>
{
    private static readonly byte[] Content = Noise(10_000);

    [Fact]
    public async Task A_link_opens_its_file_to_whoever_has_it()
    {
        using var owner = await api.CreateTenantAsync();
        var (path, url) = await LinkedAsync(owner, "Übersicht.bin");
        using (var got = await api.Anonymous.GetAsync(url))
        {
            (await got.Content.ReadAsByteArrayAsync()).ShouldBe(Content);
            got.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe("Übersicht.bin");
            got.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        }

        using (var head = await api.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Head, url)))
        {
            (head.StatusCode, head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.OK, Content.Length, 0));
        }

        using (var part = await api.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new(5, 9) } }))
        {
            part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            (await part.Content.ReadAsByteArrayAsync()).ShouldBe(Content[5..10]);
        }

        // Signed in or not, and by its tenant's name or none.
        using var named = await owner.GetAsync(url);
        named.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var statements = new StatementCount(api.Name);
        using var once = await api.Anonymous.GetAsync(url);
        statements.Take().Count.ShouldBe(1);

        // It is kept nowhere; that it was made is.
        var schema = await api.SchemaAsync(owner.Slug);
        (await api.ContentAsync(schema.Name)).ShouldNotContain(url.Split("todo_file_")[1]);
        (await api.ColumnAsync($"SELECT action FROM {schema}.audit_entries WHERE subject_id = '{path.Split('/')[^1]}'")).ShouldBe(["file_link.created"]);
    }

    [Fact]
    public async Task A_link_ends_with_its_time_its_file_its_todo_and_its_tenant()
    {
        using var owner = await api.CreateTenantAsync();
        var (path, url) = await LinkedAsync(owner);
        var (tenant, file, todo) = ((await api.SchemaAsync(owner.Slug)).TenantId, Guid.Parse(path.Split('/')[^1]), path.Split('/')[2]);
        var links = api.Service<FileLinks>();
        await StatusAsync("/files/" + links.Make(tenant, file, DateTimeOffset.UtcNow.AddSeconds(-1)), HttpStatusCode.NotFound);
        await StatusAsync("/files/" + links.Make(tenant, file, DateTimeOffset.UtcNow.AddMinutes(1)), HttpStatusCode.OK);

        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
        await StatusAsync(url, HttpStatusCode.NotFound);
        await OkAsync(owner.PostAsync($"/todos/{todo}/restore", null));
        await StatusAsync(url, HttpStatusCode.OK);

        await OkAsync(api.Operator.PostAsync($"/cc/tenants/{owner.Slug}/suspend", null));
        await StatusAsync(url, HttpStatusCode.Forbidden);
        await OkAsync(api.Operator.PostAsync($"/cc/tenants/{owner.Slug}/resume", null));
        await StatusAsync(url, HttpStatusCode.OK);

        await OkAsync(owner.DeleteAsync(path));
        await StatusAsync(url, HttpStatusCode.NotFound);
        var (_, another) = await LinkedAsync(owner);
        await StatusAsync(another, HttpStatusCode.OK);
        await OkAsync(api.Operator.DeleteAsync($"/cc/tenants/{owner.Slug}"));
        await StatusAsync(another, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_link_that_was_changed_opens_nothing()
    {
        using var owner = await api.CreateTenantAsync();
        var (_, url) = await LinkedAsync(owner);
        var start = url.IndexOf("todo_file_", StringComparison.Ordinal) + "todo_file_".Length;
        for (var i = start; i < url.Length; i++)
        {
            await StatusAsync(url[..i] + (url[i] == 'A' ? 'B' : 'A') + url[(i + 1)..], HttpStatusCode.NotFound);
        }

        foreach (var none in (string[])[url[..^1], url + "A", url[..start], "/files/todo_file_x", "/files/something", url.Replace("todo_file_", "todo_cal_", StringComparison.Ordinal)])
        {
            await StatusAsync(none, HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_link_of_one_tenant_is_nothing_to_another()
    {
        using var ours = await api.CreateTenantAsync();
        using var theirs = await api.CreateTenantAsync();
        var (path, url) = await LinkedAsync(theirs);
        var (ourId, file) = ((await api.SchemaAsync(ours.Slug)).TenantId, Guid.Parse(path.Split('/')[^1]));

        // Their file, signed for us: it is looked for among ours.
        await StatusAsync("/files/" + api.Service<FileLinks>().Make(ourId, file, DateTimeOffset.UtcNow.AddHours(1)), HttpStatusCode.NotFound);

        // Their link, with our tenant's id in it and all the rest as it was.
        var token = Base64Url.DecodeFromChars(url.Split("todo_file_")[1]);
        ourId.TryWriteBytes(token, bigEndian: true, out _);
        await StatusAsync("/files/todo_file_" + Base64Url.EncodeToString(token), HttpStatusCode.NotFound);

        // Their link, by our name and at our host.
        using (var named = await ours.GetAsync(url))
        {
            named.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        await OkAsync(api.Operator.PutAsJsonAsync($"/cc/tenants/{ours.Slug}/host", new { host = $"{ours.Slug}.example" }));
        await OkAsync(api.Operator.PutAsJsonAsync($"/cc/tenants/{theirs.Slug}/host", new { host = $"{theirs.Slug}.example" }));
        foreach (var (host, status) in ((string, HttpStatusCode)[])[($"{ours.Slug}.example", HttpStatusCode.Forbidden), ($"{theirs.Slug}.example", HttpStatusCode.OK)])
        {
            using var response = await api.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(url).PathAndQuery) { Headers = { Host = host } });
            response.StatusCode.ShouldBe(status);
        }
    }

    [Fact]
    public async Task Who_may_change_the_todo_makes_links_for_a_minute_to_a_week()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        var links = $"/todos/{todo}/files/{(await PutAsync(owner, todo, Content)).GetProperty("id").GetGuid()}/links";
        await RefusedAsync(person.PostAsJsonAsync(links, new { }), HttpStatusCode.NotFound, "no such file");
        await ShareAsync(owner, list, person.UserId, "Read");
        await RefusedAsync(person.PostAsJsonAsync(links, new { }), HttpStatusCode.Forbidden, "reading only");
        await ShareAsync(owner, list, person.UserId, "Write");
        foreach (var (minutes, expected) in ((int?, int)[])[(null, 60), (1, 1), (7 * 24 * 60, 7 * 24 * 60)])
        {
            var before = DateTimeOffset.UtcNow.AddSeconds(-1);
            var made = await OkAsync(person.PostAsJsonAsync(links, minutes is null ? (object)new { } : new { minutes }));
            made.GetProperty("expiresAt").GetDateTimeOffset().ShouldBeInRange(before.AddMinutes(expected), DateTimeOffset.UtcNow.AddMinutes(expected));
        }

        foreach (var minutes in (int[])[0, -5, (7 * 24 * 60) + 1])
        {
            using var refused = await person.PostAsJsonAsync(links, new { minutes });
            await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        }
    }

    private static async Task<(string Path, string Url)> LinkedAsync(TenantClient owner, string name = "a.bin")
    {
        var todo = await owner.AddTodoAsync("With a file");
        var path = $"/todos/{todo}/files/{(await PutAsync(owner, todo, Content, name)).GetProperty("id").GetGuid()}";
        return (path, (await OkAsync(owner.PostAsJsonAsync(path + "/links", new { }))).GetProperty("url").GetString()!);
    }

    private async Task StatusAsync(string url, HttpStatusCode status)
    {
        using var response = await api.Anonymous.GetAsync(url);
        response.StatusCode.ShouldBe(status, url);
    }
}
