namespace Todo.Api.Files;

/// <summary>
/// Where the contents of files are. It knows them by two ids that are made here: nothing that anybody sends is part of a path or of an object's name.
/// What can't be done throws <see cref="FileStorageException"/>; what reading the content throws goes through.
/// </summary>
public interface IFileStorage
{
    /// <summary>Keeps a content, all of it or nothing; when it returns, it lasts.</summary>
    /// <param name="key">Of a file that there was not before.</param>
    /// <param name="content">Read once, to its end, and never held in memory as a whole.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task WriteAsync(FileKey key, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens a content from an offset on.</summary>
    Task<Stream> OpenAsync(FileKey key, long offset, CancellationToken cancellationToken);

    /// <summary>Forgets a content, or what there is of it. One that is not there is no error.</summary>
    Task DeleteAsync(FileKey key, CancellationToken cancellationToken);

    /// <summary>All that is kept, half-written things too, those of a tenant one after the other.</summary>
    IAsyncEnumerable<KeptFile> ListAsync(CancellationToken cancellationToken);
}

/// <summary>Which content of whose.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="File">The file.</param>
public readonly record struct FileKey(Guid Tenant, Guid File)
{
    // 32 hexadecimal digits, as names of folders and objects.
    private const string Format = "N";

    /// <summary>The name of the tenant's part.</summary>
    public string TenantName => Tenant.ToString(Format);

    /// <summary>The name in it.</summary>
    public string FileName => File.ToString(Format);

    /// <summary>Reads both names; false: they are not of ours.</summary>
    public static bool TryParse(ReadOnlySpan<char> tenant, ReadOnlySpan<char> file, out FileKey key)
    {
        if (Guid.TryParseExact(tenant, Format, out var tenantId) && Guid.TryParseExact(file, Format, out var fileId))
        {
            key = new FileKey(tenantId, fileId);
            return true;
        }

        key = default;
        return false;
    }
}

/// <summary>Something that is kept.</summary>
/// <param name="Key">What it is.</param>
/// <param name="WrittenAt">Since when, UTC.</param>
public readonly record struct KeptFile(FileKey Key, DateTimeOffset WrittenAt);

/// <summary>The storage does not do what it should.</summary>
/// <param name="key">With which content.</param>
/// <param name="what">For the log: what went wrong with it, such as "could not be read".</param>
/// <param name="inner">Why.</param>
public sealed class FileStorageException(FileKey key, string what, Exception inner) : Exception($"File {key.File} of tenant {key.Tenant} {what}", inner);
