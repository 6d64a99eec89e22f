using System.Net;
using System.Security.Cryptography;
using Todo.Tests.Servers;
using static Todo.Tests.Files.FilesHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

/// <summary>An API that takes large files, two at once.</summary>
public sealed class LargeFilesHost : FilesHost
{
    /// <summary>How many at once.</summary>
    public const int AtOnce = 2;

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [$"--Files:TransfersPerTenant={AtOnce}", "--Traffic:TenantConcurrency=1", "--Traffic:TenantQueue=0"];
}

/// <summary>An API that waits for a file for two seconds.</summary>
public sealed class HastyFilesHost : FilesHost
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => ["--Files:TransferTime=00:00:02"];
}

/// <summary>Files on their way.</summary>
public sealed class FileTransferTests(LargeFilesHost api, HastyFilesHost hasty) : IClassFixture<LargeFilesHost>, IClassFixture<HastyFilesHost>
{
    private const int Large = 24 * 1024 * 1024;

    [Fact]
    public async Task A_file_goes_to_the_storage_as_it_comes_and_is_never_in_memory()
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, content) = (await owner.AddTodoAsync("With a large file"), Noise(Large));
        using var upload = await SlowUpload.BeginAsync(api, owner, todo, $"Content-Length: {Large}");
        var part = Path.Combine(api.FilesFolder, (await api.SchemaAsync(owner.Slug)).TenantId.ToString("N"));
        for (var sent = 0; sent < Large; sent += Large / 8)
        {
            // What is not on the disk yet is in buffers: of the sockets, of the server, and one of ours.
            var kept = Math.Max(0, sent - (2 * 1024 * 1024));
            await Eventually.TrueAsync(() => Task.FromResult(kept == 0 || Directory.GetFiles(part).Sum(path => new FileInfo(path).Length) >= kept));
            await upload.SendAsync(content.AsMemory(sent, Large / 8));
        }

        var answer = await upload.AnswerAsync();
        answer.ShouldStartWith("HTTP/1.1 201");
        answer.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(content)));
        var id = (await OkAsync(owner.GetAsync($"/todos/{todo}/files"))).GetProperty("items")[0].GetProperty("id").GetGuid();
        using var got = await owner.GetAsync($"/todos/{todo}/files/{id}/content");
        (await got.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task So_many_are_on_their_way_at_once_and_the_rest_of_the_tenant_goes_on()
    {
        using var owner = await api.CreateTenantAsync();
        using var other = await api.CreateTenantAsync();
        var (todo, otherTodo) = (await owner.AddTodoAsync("With files"), await other.AddTodoAsync("With a file"));
        var uploads = new List<SlowUpload>();
        for (var i = 0; i < LargeFilesHost.AtOnce; i++)
        {
            // Enough that Kestrel, which ends what comes too slowly, waits for the rest for minutes.
            uploads.Add(await SlowUpload.BeginAsync(api, owner, todo, "Content-Length: 50004"));
            await uploads[i].SendAsync(Noise(50_000, seed: i + 1));
        }

        await Eventually.TrueAsync(async () => (await api.KeptAsync(owner)).Count == LargeFilesHost.AtOnce);
        using (var refused = await SendAsync(owner, todo, [1]))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Headers.RetryAfter.ShouldNotBeNull();
        }

        // One turn is all that the tenant has here, and none of the uploads holds it.
        await OkAsync(owner.GetAsync("/todos"));
        await PutAsync(other, otherTodo, [1]);
        foreach (var upload in uploads)
        {
            await upload.SendAsync("abcd"u8.ToArray());
            (await upload.AnswerAsync()).ShouldStartWith("HTTP/1.1 20");
            upload.Dispose();
        }

        await PutAsync(owner, todo, [1]);
    }

    [Fact]
    public async Task What_takes_too_long_to_come_is_given_up()
    {
        using var owner = await hasty.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("Without a file");

        // Of less, Kestrel might say so before us.
        using var upload = await SlowUpload.BeginAsync(hasty, owner, todo, "Content-Length: 50004");
        await upload.SendAsync(new byte[50_000]);
        var answer = await upload.AnswerAsync();
        answer.ShouldStartWith("HTTP/1.1 408");
        answer.ShouldContain("took too long to come");
        (await UsedAsync(owner)).ShouldBe(0);
        (await hasty.KeptAsync(owner)).ShouldBeEmpty();
    }

    [Fact]
    public async Task While_the_storage_is_away_it_is_said_so_and_nothing_counts()
    {
        using var owner = await api.CreateTenantAsync();
        var todo = await owner.AddTodoAsync("With a file");
        var path = $"/todos/{todo}/files/{(await PutAsync(owner, todo, [1, 2, 3])).GetProperty("id").GetGuid()}";
        var folder = Path.Combine(api.FilesFolder, (await api.SchemaAsync(owner.Slug)).TenantId.ToString("N"));
        Directory.Move(folder, folder + ".away");
        await File.WriteAllTextAsync(folder, "not a folder");
        using (var refused = await owner.GetAsync(path + "/content"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Content.Headers.ContentDisposition.ShouldBeNull();
            (await refused.Content.ReadAsStringAsync()).ShouldContain("files can't be reached");
        }

        await RefusedAsync(SendAsync(owner, todo, [4, 5]), HttpStatusCode.ServiceUnavailable, "files can't be reached");
        (await UsedAsync(owner)).ShouldBe(3);

        // Deleted is deleted, whenever the storage hears of it.
        await OkAsync(owner.DeleteAsync(path));
        (await UsedAsync(owner)).ShouldBe(0);
        File.Delete(folder);
        Directory.Move(folder + ".away", folder);
        await RefusedAsync(owner.GetAsync(path + "/content"), HttpStatusCode.NotFound, "no such file");
    }
}
