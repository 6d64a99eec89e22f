using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Todo.Api.Files;

/// <summary>
/// Files in a folder, those of each tenant in one of its own. A content is written under another name and gets its own when all of it is on the disk, so
/// that one with its own name is whole whatever breaks off.
/// </summary>
public sealed partial class LocalFileStorage : IFileStorage
{
    private static readonly string DefaultFolder = Path.Combine(".todo", "files");

    private const string Unfinished = ".part";
    private const int ChunkBytes = 64 * 1024;

    private readonly string _root;

    /// <summary>Makes the folder, if there is none. Where nobody has named one and it can't be made, as in a container, all but files is served.</summary>
    /// <exception cref="OptionsValidationException">The folder that somebody has named can't be made or written to.</exception>
    public LocalFileStorage(IOptions<FilesOptions> options, IHostEnvironment environment, ILogger<LocalFileStorage> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(environment);
        _root = Path.GetFullPath(options.Value.Folder ?? DefaultFolder, environment.ContentRootPath);
        try
        {
            MakeFolder(_root);
            using var probe = new FileStream(Path.Combine(_root, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (Exception exception) when (IsOfTheDisk(exception) && options.Value.Folder is null)
        {
            LogNoFolder(logger, _root, exception.Message);
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            throw new OptionsValidationException(
                FilesOptions.Section, typeof(FilesOptions), [$"'{FilesOptions.Section}:{nameof(FilesOptions.Folder)}': {_root} can't be written to. Name another folder. {exception.Message}"]);
        }
    }

    /// <inheritdoc/>
    public async Task WriteAsync(FileKey key, Stream content, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        var file = Do("be made", key, () =>
        {
            MakeFolder(Path.GetDirectoryName(path)!);

            // Deletable, so that Windows renames it while it is open.
            return new FileStream(path + Unfinished, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            });
        });
        try
        {
            await using (file)
            {
                var chunk = new byte[ChunkBytes];
                int read;
                while ((read = await content.ReadAsync(chunk, cancellationToken)) > 0)
                {
                    await DoAsync("be written", key, () => file.WriteAsync(chunk.AsMemory(0, read), cancellationToken));
                }

                // The second time for the name: the file's last entry in the journal is then the renaming.
                Do("be written", key, () =>
                {
                    file.Flush(flushToDisk: true);
                    File.Move(path + Unfinished, path);
                    file.Flush(flushToDisk: true);
                    return true;
                });
            }
        }
        catch
        {
            TryDelete(path + Unfinished);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(FileKey key, long offset, CancellationToken cancellationToken) => Task.FromResult(Do("be read", key, () =>
    {
        var file = new FileStream(PathOf(key), new FileStreamOptions { Share = FileShare.Read | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous });
        file.Position = offset;
        return (Stream)file;
    }));

    /// <inheritdoc/>
    public Task DeleteAsync(FileKey key, CancellationToken cancellationToken)
    {
        Do("be deleted", key, () =>
        {
            try
            {
                File.Delete(PathOf(key) + Unfinished);
                File.Delete(PathOf(key));
            }
            catch (DirectoryNotFoundException)
            {
                // There was never one of this tenant's.
            }

            return true;
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeptFile> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var folder in Do("be listed", default, () => Directory.GetDirectories(_root)))
        {
            foreach (var path in Do("be listed", default, () => Directory.EnumerateFiles(folder)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var name = Path.GetFileName(path.AsSpan());
                name = name.EndsWith(Unfinished, StringComparison.Ordinal) ? name[..^Unfinished.Length] : name;
                if (FileKey.TryParse(Path.GetFileName(folder.AsSpan()), name, out var key))
                {
                    yield return new KeptFile(key, Do("be listed", key, () => File.GetLastWriteTimeUtc(path)));
                }
            }
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            // For nobody else on the machine.
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            // The clean-up finds it.
        }
    }

    private static T Do<T>(string what, FileKey key, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            throw Failed(what, key, exception);
        }
    }

    private static async Task DoAsync(string what, FileKey key, Func<ValueTask> work)
    {
        try
        {
            await work();
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            throw Failed(what, key, exception);
        }
    }

    private static bool IsOfTheDisk(Exception exception) => exception is IOException or UnauthorizedAccessException or NotSupportedException;

    private static FileStorageException Failed(string what, FileKey key, Exception exception) => new(key, "could not " + what, exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No files can be kept, as {Folder} can't be written to. Set Files:Folder or Files:S3:Bucket. {Reason}")]
    private static partial void LogNoFolder(ILogger logger, string folder, string reason);

    private string PathOf(FileKey key) => Path.Combine(_root, key.TenantName, key.FileName);
}
