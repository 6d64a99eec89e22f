using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Todo.Api.Files;
using Todo.Tests.Embedded;
using static Todo.Tests.Files.FilesHost;
using static Todo.Tests.People.PeopleHost;

namespace Todo.Tests.Files;

/// <summary>What every storage promises.</summary>
public abstract class FileStorageTests
{
    private protected abstract IFileStorage Storage { get; }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData((12 * 1024 * 1024) + 7)]
    public async Task What_was_written_is_read_from_wherever_one_likes(int length)
    {
        var (key, content) = (NewKey(), Noise(length));
        await Storage.WriteAsync(key, new Trickle(content), CancellationToken.None);
        foreach (var offset in (int[])[0, length / 2, Math.Max(0, length - 1)])
        {
            await using var stream = await Storage.OpenAsync(key, offset, CancellationToken.None);
            using var read = new MemoryStream();
            await stream.CopyToAsync(read);
            read.ToArray().AsSpan().SequenceEqual(content.AsSpan(offset)).ShouldBeTrue($"from {offset}");
        }
    }

    [Fact]
    public async Task What_is_deleted_is_gone_and_may_be_deleted_again()
    {
        var (key, other) = (NewKey(), NewKey());
        await Storage.WriteAsync(key, new MemoryStream([1]), CancellationToken.None);
        await Storage.WriteAsync(other, new MemoryStream([2]), CancellationToken.None);
        (await ListAsync()).ShouldBe([key, other], ignoreOrder: true);
        await Storage.DeleteAsync(key, CancellationToken.None);
        await Storage.DeleteAsync(key, CancellationToken.None);
        await Storage.DeleteAsync(NewKey(), CancellationToken.None);
        (await ListAsync()).ShouldBe([other]);
        await Should.ThrowAsync<FileStorageException>(() => Storage.OpenAsync(key, 0, CancellationToken.None));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(6 * 1024 * 1024)]
    public async Task Of_a_content_that_breaks_off_nothing_is_kept(int length)
    {
        var key = NewKey();
        (await Should.ThrowAsync<InvalidDataException>(() => Storage.WriteAsync(key, new Trickle(Noise(length), breaks: true), CancellationToken.None))).Message.ShouldBe("It broke off.");
        await Should.ThrowAsync<FileStorageException>(() => Storage.OpenAsync(key, 0, CancellationToken.None));
        (await ListAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_listed_says_since_when_it_is_there()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-2);
        await Storage.WriteAsync(NewKey(), new MemoryStream([1]), CancellationToken.None);
        await foreach (var kept in Storage.ListAsync(CancellationToken.None))
        {
            kept.WrittenAt.ShouldBeInRange(before, DateTimeOffset.UtcNow.AddSeconds(2));
        }
    }

    private protected static FileKey NewKey() => new(Guid.CreateVersion7(), Guid.CreateVersion7());

    private protected async Task<IReadOnlyList<FileKey>> ListAsync()
    {
        var keys = new List<FileKey>();
        await foreach (var kept in Storage.ListAsync(CancellationToken.None))
        {
            keys.Add(kept.Key);
        }

        return keys;
    }

    // A content that comes in pieces, as from a network, and may break off at its end.
    private sealed class Trickle(byte[] content, bool breaks = false) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer[..Math.Min(buffer.Length, 70_001)], cancellationToken);
            return read == 0 && breaks ? throw new InvalidDataException("It broke off.") : read;
        }
    }
}

public sealed class LocalFileStorageTests : FileStorageTests, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private protected override IFileStorage Storage => StorageAt(_folder.In("files"), _folder.Root);

    [Fact]
    public async Task On_the_disk_are_ids_and_nothing_else_and_for_nobody_else()
    {
        var key = NewKey();
        await Storage.WriteAsync(key, new MemoryStream([1]), CancellationToken.None);
        var path = Directory.GetFiles(_folder.In("files"), "*", SearchOption.AllDirectories).Single();
        path.ShouldBe(Path.Combine(_folder.In("files"), key.Tenant.ToString("N"), key.File.ToString("N")));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.GetDirectoryName(path)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task What_is_not_of_ours_is_not_listed_and_a_half_written_file_is_deleted_with_its_other_half()
    {
        var key = NewKey();
        await Storage.WriteAsync(key, new MemoryStream([1]), CancellationToken.None);
        var folder = Path.Combine(_folder.In("files"), key.Tenant.ToString("N"));
        foreach (var other in (string[])["notes.txt", "../notes.txt", $"../{Guid.NewGuid():N}"])
        {
            await File.WriteAllTextAsync(Path.Combine(folder, other), "not of ours");
        }

        (await ListAsync()).ShouldBe([key]);
        var half = key with { File = Guid.CreateVersion7() };
        await File.WriteAllTextAsync(Path.Combine(folder, $"{half.File:N}.part"), "half");
        (await ListAsync()).ShouldBe([key, half], ignoreOrder: true);
        await Should.ThrowAsync<FileStorageException>(() => Storage.OpenAsync(half, 0, CancellationToken.None));
        await Storage.DeleteAsync(half, CancellationToken.None);
        (await ListAsync()).ShouldBe([key]);
    }

    [Fact]
    public async Task A_folder_that_can_t_be_written_to_is_said_at_the_start_if_somebody_has_named_it()
    {
        await File.WriteAllTextAsync(_folder.In("a-file"), "");
        Should.Throw<OptionsValidationException>(() => StorageAt(_folder.In("a-file/below"), _folder.Root)).Message.ShouldContain("Files:Folder");
        StorageAt("relative", _folder.Root);
        Directory.Exists(_folder.In("relative")).ShouldBeTrue();
        var unnamed = StorageAt(null, _folder.In("a-file"));
        await Should.ThrowAsync<FileStorageException>(() => unnamed.WriteAsync(NewKey(), new MemoryStream([1]), CancellationToken.None));
    }

    public void Dispose() => _folder.Dispose();

    private static LocalFileStorage StorageAt(string? folder, string contentRoot) =>
        new(Options.Create(new FilesOptions { Folder = folder }), new ContentRoot(contentRoot), NullLogger<LocalFileStorage>.Instance);

    private sealed class ContentRoot(string path) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = "Production";

        public string ApplicationName { get; set; } = "Tests";

        public string ContentRootPath { get; set; } = path;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}

public sealed class S3FileStorageTests(S3Server server) : FileStorageTests, IClassFixture<S3Server>, IDisposable
{
    // Of its own for each test: the bucket is everybody's.
    private readonly S3FileStorage _storage = new(Options.Create(new FilesOptions
    {
        S3 = new S3Options { Bucket = S3Server.Bucket, ServiceUrl = server.Url, PathStyle = true, Prefix = $"{Guid.NewGuid():N}/" },
    }));

    private protected override IFileStorage Storage => _storage;

    [Fact]
    public async Task A_server_that_is_away_is_said_to_be()
    {
        using var away = new S3FileStorage(Options.Create(new FilesOptions { S3 = new S3Options { Bucket = "none", ServiceUrl = server.Url, PathStyle = true } }));
        await Should.ThrowAsync<FileStorageException>(() => away.WriteAsync(NewKey(), new MemoryStream([1]), CancellationToken.None));
    }

    public void Dispose() => _storage.Dispose();
}

/// <summary>An API that keeps its files in a bucket.</summary>
public sealed class BucketHost : FilesHost
{
    private readonly S3Server _server = new();

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        await base.InitializeAsync();
    }

    /// <inheritdoc/>
    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> Arguments => [.. base.Arguments, .. _server.Arguments];
}

public sealed class BucketTests(BucketHost api) : IClassFixture<BucketHost>
{
    [Theory]
    [InlineData(1000)]
    [InlineData(MaxFile)]
    public async Task A_file_in_a_bucket_is_as_one_in_a_folder(int length)
    {
        using var owner = await api.CreateTenantAsync();
        var (todo, content) = (await owner.AddTodoAsync("With a file"), Noise(length));
        var path = $"/todos/{todo}/files/{(await PutAsync(owner, todo, content)).GetProperty("id").GetGuid()}";
        using (var got = await owner.GetAsync(path + "/content"))
        {
            (await got.Content.ReadAsByteArrayAsync()).AsSpan().SequenceEqual(content).ShouldBeTrue();
        }

        using (var part = await owner.SendAsync(new HttpRequestMessage(HttpMethod.Get, path + "/content") { Headers = { Range = new(500, 599) } }))
        {
            (await part.Content.ReadAsByteArrayAsync()).ShouldBe(content[500..600]);
        }

        (await api.KeptAsync(owner)).ShouldBeEmpty();
        await OkAsync(owner.DeleteAsync(path));
        (await UsedAsync(owner)).ShouldBe(0);
        await foreach (var kept in api.Service<IFileStorage>().ListAsync(CancellationToken.None))
        {
            kept.Key.Tenant.ShouldNotBe((await api.SchemaAsync(owner.Slug)).TenantId);
        }
    }
}
