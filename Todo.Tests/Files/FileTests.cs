using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Todo.Tests.Api;
using Todo.Tests.Servers;
using static Todo.Tests.Files.FilesHost;
using static Todo.Tests.Lists.ListHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

public sealed class FileTests(FilesHost api) : IClassFixture<FilesHost>
{
    [Fact]
    public async Task A_file_is_put_on_a_todo_listed_got_and_deleted()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var content = Noise(300_000);
        using var response = await SendAsync(owner, todo, content, "Übersicht 1.bin");
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        var file = await response.Content.ReadFromJsonAsync<JsonElement>();
        var path = response.Headers.Location!.ToString();
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        (file.GetProperty("name").GetString(), file.GetProperty("size").GetInt64(), file.GetProperty("sha256").GetString(), file.GetProperty("createdBy").GetGuid())
            .ShouldBe(("Übersicht 1.bin", content.Length, sha256, owner.UserId));
        (await OkAsync(owner.GetAsync(path))).ToString().ShouldBe(file.ToString());
        (await OkAsync(owner.GetAsync($"/todos/{todo}/files"))).GetProperty("items").EnumerateArray().Single().ToString().ShouldBe(file.ToString());
        (await UsedAsync(owner)).ShouldBe(content.Length);

        using var got = await owner.GetAsync(path + "/content");
        (await got.Content.ReadAsByteArrayAsync()).ShouldBe(content);
        got.Content.Headers.ContentType!.ToString().ShouldBe("application/octet-stream");
        got.Content.Headers.ContentLength.ShouldBe(content.Length);
        got.Headers.ETag!.ToString().ShouldBe($"\"{sha256}\"");
        got.Headers.CacheControl!.ToString().ShouldBe("no-cache, private");
        got.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        got.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
        got.Headers.GetValues("Repr-Digest").ShouldBe([$"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:"]);
        var disposition = got.Content.Headers.ContentDisposition!;
        (disposition.DispositionType, disposition.FileNameStar).ShouldBe(("attachment", "Übersicht 1.bin"));

        await OkAsync(owner.DeleteAsync(path));
        foreach (var gone in (string[])[path, path + "/content"])
        {
            await RefusedAsync(owner.GetAsync(gone), HttpStatusCode.NotFound, "no such file");
        }

        await RefusedAsync(owner.DeleteAsync(path), HttpStatusCode.NotFound, "no such file");
        (await UsedAsync(owner)).ShouldBe(0);
        (await api.KeptAsync(owner)).ShouldBeEmpty();
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {await api.SchemaAsync(owner.Slug)}.files")).ShouldBe(0);
        (await OkAsync(owner.GetAsync($"/todos/{todo}/activity"))).GetProperty("items").EnumerateArray().Select(one => $"{one.GetProperty("kind")} {one.GetProperty("changes").GetProperty("name")}")
            .Take(2).ShouldBe(["""file.deleted {"from":"Übersicht 1.bin"}""", """file.created {"to":"Übersicht 1.bin"}"""]);
    }

    [Fact]
    public async Task What_it_is_is_told_by_its_bytes_whatever_is_said_of_it()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With files");
        var (html, svg) = ("<!doctype html><script>alert(1)</script>"u8.ToArray(), "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray());
        foreach (var (content, name, said, expected) in ((byte[], string, string, string)[])
        [
            (html, "picture.png", "image/png", "text/plain"),
            (html, "page.html", "text/html", "text/plain"),
            (svg, "picture.svg", "image/svg+xml", "text/plain"),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "page.html", "text/html", "image/png"),
            (Noise(100), "a.pdf", "application/pdf", "application/octet-stream"),
        ])
        {
            using var sent = await SendAsync(owner, todo, content, name, said);
            var file = await OkAsync(Task.FromResult(sent));
            file.GetProperty("contentType").GetString().ShouldBe(expected, name);
            using var got = await owner.GetAsync($"/todos/{todo}/files/{file.GetProperty("id").GetGuid()}/content");
            got.Content.Headers.ContentType!.ToString().ShouldBe(expected);
            got.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        }
    }

    [Theory]
    [InlineData("C:\\fakepath\\a.txt", "a.txt")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("/etc/shadow", "shadow")]
    [InlineData("  spaced .txt ", "spaced .txt")]
    [InlineData("quo\"te; filename=x.exe", "quo\"te; filename=x.exe")]
    [InlineData("日本語 👩‍💻.txt", "日本語 👩‍💻.txt")]
    [InlineData("%2e%2e%2f", "%2e%2e%2f")]
    public async Task A_name_is_kept_without_its_folders_and_comes_back_as_it_was(string sent, string kept)
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var file = await PutAsync(owner, todo, "text"u8.ToArray(), sent);
        file.GetProperty("name").GetString().ShouldBe(kept);
        using var got = await owner.GetAsync($"/todos/{todo}/files/{file.GetProperty("id").GetGuid()}/content");
        got.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe(kept);

        // On the disk is nothing of it.
        (await api.KeptAsync(owner)).ShouldBe([file.GetProperty("id").GetGuid().ToString("N")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/")]
    [InlineData("two\r\nSet-Cookie: lines=1")]
    [InlineData("nul\0")]
    [InlineData("\u202Egnp.exe")]
    public async Task Some_names_are_none(string name)
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Without a file");
        using var refused = await SendAsync(owner, todo, "text"u8.ToArray(), name);
        await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest);
        using var without = await owner.PostAsync($"/todos/{todo}/files", new ByteArrayContent([1]));
        (await without.ShouldBeProblemAsync(HttpStatusCode.BadRequest)).GetProperty("errors").GetProperty("name")[0].GetString()!.ShouldContain("name=");
        await NothingIsKeptAsync(owner);
    }

    [Fact]
    public async Task A_form_works_as_well_and_so_does_a_name_in_a_header()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With files");
        using var form = new MultipartFormDataContent { { new StringContent("a field"), "note" }, { new ByteArrayContent(Noise(200_000)), "file", "förm.bin" }, { new StringContent("another"), "more" } };
        var file = await OkAsync(owner.PostAsync($"/todos/{todo}/files", form));
        (file.GetProperty("name").GetString(), file.GetProperty("size").GetInt64()).ShouldBe(("förm.bin", 200_000));
        (await UsedAsync(owner)).ShouldBe(200_000);

        using var two = new MultipartFormDataContent { { new ByteArrayContent([1]), "file", "a" }, { new ByteArrayContent([2]), "file", "b" } };
        await RefusedAsync(owner.PostAsync($"/todos/{todo}/files", two), HttpStatusCode.BadRequest, "one file");
        using var none = new MultipartFormDataContent { { new StringContent("a field"), "note" } };
        await RefusedAsync(owner.PostAsync($"/todos/{todo}/files", none), HttpStatusCode.BadRequest, "no file");
        using var cut = new StringContent("--x\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\nno end", Encoding.UTF8);
        cut.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        await RefusedAsync(owner.PostAsync($"/todos/{todo}/files", cut), HttpStatusCode.BadRequest, "ends too early");
        (await UsedAsync(owner)).ShouldBe(200_000);
        (await api.KeptAsync(owner)).Count.ShouldBe(1);

        using var named = new ByteArrayContent([3]);
        named.Headers.TryAddWithoutValidation("Content-Disposition", "attachment; filename=\"x.txt\"; filename*=UTF-8''%e2%82%ac.txt");
        (await OkAsync(owner.PostAsync($"/todos/{todo}/files", named))).GetProperty("name").GetString().ShouldBe("€.txt");
    }

    [Fact]
    public async Task What_came_otherwise_than_it_was_sent_is_not_kept()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var content = Noise(100_000);
        var digest = $"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:";
        using var wrong = await SendAsync(owner, todo, Noise(100_000, seed: 2), digest: digest);
        await wrong.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "another SHA-256");
        using var malformed = await SendAsync(owner, todo, content, digest: "sha-256=:AAAA:");
        await malformed.ShouldBeProblemSayingAsync(HttpStatusCode.BadRequest, "RFC 9530");
        await NothingIsKeptAsync(owner);
        using var right = await SendAsync(owner, todo, content, digest: "sha-512=:AAAA:, " + digest);
        right.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Sent_again_it_is_there_once()
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, other) = (await owner.AddTodoAsync("With a file"), await owner.AddTodoAsync("Another"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(owner, todo, Noise(50_000), "same.bin")));
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(3);
        var ids = await Task.WhenAll(answers.Select(async answer => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid()));
        ids.Distinct().Count().ShouldBe(1);
        (await UsedAsync(owner)).ShouldBe(50_000);
        (await api.KeptAsync(owner)).Count.ShouldBe(1);

        await PutAsync(owner, todo, Noise(50_000), "other name.bin");
        await PutAsync(owner, other, Noise(50_000), "same.bin");
        (await UsedAsync(owner)).ShouldBe(150_000);
        using var keyed = new HttpRequestMessage(HttpMethod.Post, $"/todos/{todo}/files?name=x") { Content = new ByteArrayContent([1]), Headers = { { "Idempotency-Key", "k" } } };
        await RefusedAsync(owner.SendAsync(keyed), HttpStatusCode.BadRequest, "Send it again");
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused_whether_it_says_so_or_not()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Without a file");
        foreach (var content in (HttpContent[])[new ByteArrayContent(new byte[MaxFile + 1]), new StreamContent(new Unsized(MaxFile + 1))])
        {
            // A server that answers before it has read all may close on whoever goes on sending.
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/todos/{todo}/files?name=large") { Content = content, Headers = { ExpectContinue = true } };
            (await RefusedAsync(owner.SendAsync(request), HttpStatusCode.RequestEntityTooLarge, "5,242,880")).GetProperty("maxFileBytes").GetInt64().ShouldBe(MaxFile);
        }

        await NothingIsKeptAsync(owner);
        await OkAsync(owner.PostAsync($"/todos/{todo}/files?name=just%20right", new StreamContent(new Unsized(MaxFile))));
        (await UsedAsync(owner)).ShouldBe(MaxFile);
    }

    [Fact]
    public async Task Of_two_that_come_at_once_where_one_fits_one_is_kept()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With files");
        var schema = await api.SchemaAsync(owner.Slug);
        for (var round = 0; round < 5; round++)
        {
            await api.ExecuteAsync($"UPDATE {schema}.file_usage SET bytes = {Quota - 150_000}");
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SendAsync(owner, todo, Noise(100_000, seed: (round * 10) + i), $"{round} {i}")));
            answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBe(1);
            foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
            {
                (await RefusedAsync(Task.FromResult(refused), HttpStatusCode.InsufficientStorage, "/files/usage")).GetProperty("quotaBytes").GetInt64().ShouldBe(Quota);
            }

            (await UsedAsync(owner)).ShouldBe(Quota - 50_000);
        }

        // What does not say how much it is takes as much as it needs, a step at a time. When it is refused, all but nothing is left to send, so nobody closes on it.
        await api.ExecuteAsync($"UPDATE {schema}.file_usage SET bytes = {Quota - MaxFile}");
        using var tooMuch = new HttpRequestMessage(HttpMethod.Post, $"/todos/{todo}/files?name=more") { Content = new StreamContent(new Unsized((4 * 1024 * 1024) + 1)) };
        await api.ExecuteAsync($"UPDATE {schema}.file_usage SET bytes = {Quota - (4 * 1024 * 1024)}");
        await RefusedAsync(owner.SendAsync(tooMuch), HttpStatusCode.InsufficientStorage, "too much");
        (await UsedAsync(owner)).ShouldBe(Quota - (4 * 1024 * 1024));
    }

    [Fact]
    public async Task Files_of_todos_that_are_gone_for_good_don_t_keep_others_out()
    {
        using var owner = await api.CreateTenantAsync();
        var (old, todo) = (await owner.AddTodoAsync("Old"), await owner.AddTodoAsync("New"));
        await PutAsync(owner, old, Noise(MaxFile), "1");
        await PutAsync(owner, old, Noise(MaxFile), "2");
        using var third = new HttpRequestMessage(HttpMethod.Post, $"/todos/{todo}/files?name=3") { Content = new ByteArrayContent(Noise(MaxFile)), Headers = { ExpectContinue = true } };
        using var refused = await owner.SendAsync(third);
        refused.StatusCode.ShouldBe(HttpStatusCode.InsufficientStorage);
        await OkAsync(owner.DeleteAsync($"/todos/{old}"));
        await RefusedAsync(owner.GetAsync($"/todos/{old}/files"), HttpStatusCode.NotFound, "no such todo");
        (await UsedAsync(owner)).ShouldBe(2 * MaxFile);
        await OkAsync(owner.PostAsync($"/todos/{old}/restore", null));
        (await OkAsync(owner.GetAsync($"/todos/{old}/files"))).GetProperty("items").GetArrayLength().ShouldBe(2);
        await api.ExecuteAsync($"DELETE FROM {await api.SchemaAsync(owner.Slug)}.todos WHERE id = '{old}'");
        await PutAsync(owner, todo, Noise(MaxFile), "3");
        (await UsedAsync(owner)).ShouldBe(MaxFile);
    }

    [Fact]
    public async Task Of_an_upload_that_breaks_off_nothing_stays()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Without a file");
        foreach (var header in (string[])["Content-Length: 1000000", "Transfer-Encoding: chunked"])
        {
            using (var upload = await SlowUpload.BeginAsync(api, owner, todo, header))
            {
                await upload.SendAsync(Encoding.ASCII.GetBytes((header.StartsWith('T') ? "186a0\r\n" : "") + new string('x', 50_000)));
                await Eventually.TrueAsync(async () => (await api.KeptAsync(owner)).Count == 1);
                (await UsedAsync(owner)).ShouldBeGreaterThan(50_000);
            }

            // The server hears of it in its own time, and the row goes last.
            var schema = await api.SchemaAsync(owner.Slug);
            await Eventually.TrueAsync(async () => await api.ScalarAsync<long>($"SELECT count(*) FROM {schema}.files") == 0);
            await NothingIsKeptAsync(owner);
        }
    }

    [Fact]
    public async Task A_part_is_sent_to_whoever_asks_for_one_and_nothing_to_whoever_has_it()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var content = Noise(100_000);
        var path = $"/todos/{todo}/files/{(await PutAsync(owner, todo, content)).GetProperty("id").GetGuid()}/content";
        string tag;
        using (var whole = await owner.GetAsync(path))
        {
            tag = whole.Headers.ETag!.ToString();
            whole.Headers.AcceptRanges.ShouldBe(["bytes"]);
        }

        foreach (var (asked, from, to) in ((string, int, int)[])[("bytes=0-99", 0, 99), ("bytes=50000-", 50_000, 99_999), ("bytes=-10", 99_990, 99_999), ("bytes=99999-200000", 99_999, 99_999)])
        {
            using var part = await GetAsync(owner, path, ("Range", asked));
            part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
            part.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {from}-{to}/100000");
            (await part.Content.ReadAsByteArrayAsync()).ShouldBe(content[from..(to + 1)]);
        }

        using var beyond = await GetAsync(owner, path, ("Range", "bytes=100000-"));
        beyond.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
        using var other = await GetAsync(owner, path, ("Range", "bytes=0-99"), ("If-Range", "\"other\""));
        (other.StatusCode, (await other.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.OK, content.Length));
        using var known = await GetAsync(owner, path, ("If-None-Match", tag));
        (known.StatusCode, (await known.Content.ReadAsByteArrayAsync()).Length).ShouldBe((HttpStatusCode.NotModified, 0));
    }

    [Fact]
    public async Task Who_sees_the_todo_gets_its_files_and_who_may_change_it_sends_and_deletes_them()
    {
        using var owner = await api.CreateTenantAsync();
        using var person = await api.MemberAsync(owner);
        var list = await AddListAsync(owner);
        var todo = await AddTodoAsync(owner, list);
        var path = $"/todos/{todo}/files/{(await PutAsync(owner, todo, [1, 2, 3])).GetProperty("id").GetGuid()}";
        foreach (var hidden in (string[])[$"/todos/{todo}/files", path, path + "/content"])
        {
            await RefusedAsync(person.GetAsync(hidden), HttpStatusCode.NotFound, "no such");
        }

        await RefusedAsync(SendAsync(person, todo, [1]), HttpStatusCode.NotFound, "no such todo");
        await RefusedAsync(person.DeleteAsync(path), HttpStatusCode.NotFound, "no such file");

        await ShareAsync(owner, list, person.UserId, "Read");
        using (var read = await person.GetAsync(path + "/content"))
        {
            (await read.Content.ReadAsByteArrayAsync()).ShouldBe([1, 2, 3]);
        }

        await RefusedAsync(SendAsync(person, todo, [1]), HttpStatusCode.Forbidden, "reading only");
        await RefusedAsync(person.DeleteAsync(path), HttpStatusCode.Forbidden, "reading only");

        await ShareAsync(owner, list, person.UserId, "Write");
        await PutAsync(person, todo, [4, 5], "theirs");
        await OkAsync(person.DeleteAsync(path));
        await OkAsync(PatchAsync(owner, $"/lists/{list}", """{ "isArchived": true }"""));
        await RefusedAsync(SendAsync(person, todo, [1]), HttpStatusCode.Conflict, "archive");
        (await api.KeptAsync(owner)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Reading_is_one_statement()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var id = (await PutAsync(owner, todo, [1, 2, 3])).GetProperty("id").GetGuid();
        using var statements = new StatementCount(api.Name);
        foreach (var path in (string[])[$"/todos/{todo}/files", $"/todos/{todo}/files/{id}", $"/todos/{todo}/files/{id}/content", "/files/usage"])
        {
            using var response = await owner.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            statements.Take().Count.ShouldBe(1, path);
        }

        await PutAsync(owner, todo, [4], "another");
        statements.Take().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_tenant_that_is_not_migrated_yet_is_served_but_for_its_files()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Old");
        var schema = await api.SchemaAsync(owner.Slug);
        await api.ExecuteAsync($"DROP TABLE {schema}.files, {schema}.file_usage");
        foreach (var refused in (Task<HttpResponseMessage>[])[owner.GetAsync($"/todos/{todo}/files"), SendAsync(owner, todo, [1]), owner.GetAsync("/files/usage")])
        {
            using var response = await refused;
            await response.ShouldBeProblemSayingAsync(HttpStatusCode.ServiceUnavailable, "migrated");
            response.Headers.RetryAfter.ShouldNotBeNull();
        }

        await OkAsync(owner.GetAsync($"/todos/{todo}"));
        await OkAsync(owner.DeleteAsync($"/todos/{todo}"));
    }

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request);
    }

    private async Task NothingIsKeptAsync(TenantClient owner)
    {
        (await UsedAsync(owner)).ShouldBe(0);
        (await api.KeptAsync(owner)).ShouldBeEmpty();
        (await api.ScalarAsync<long>($"SELECT count(*) FROM {await api.SchemaAsync(owner.Slug)}.files")).ShouldBe(0);
    }

    // So many zeros, of which nobody knows the number before.
    private sealed class Unsized(long length) : Stream
    {
        private long _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, read).Clear();
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
