using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Lets the storage forget what is deleted, and then the rows that said so.</summary>
internal sealed partial class FileRemoval(IFileStorage storage, ILogger<FileRemoval> logger)
{
    /// <summary>The most that it forgets at once.</summary>
    public const int BatchSize = 200;

    /// <summary>
    /// Forgets those whose rows say that they are deleted, as far as the storage does; the clean-up tries the rest again. The rows are asked each time: who has
    /// lost the connection when a file was stored can't know whether it was.
    /// </summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="file">Only this one; null: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many it forgot.</returns>
    public async Task<int> TryRemoveAsync(TenantDbContext tenant, Guid? file, CancellationToken cancellationToken)
    {
        var deleted = tenant.Files.Where(one => one.State == FileState.Deleted);
        deleted = file is { } id ? deleted.Where(one => one.Id == id) : deleted.OrderBy(one => one.CreatedAt).Take(BatchSize);
        var gone = new List<Guid>();
        try
        {
            foreach (var found in await deleted.Select(one => one.Id).ToListAsync(cancellationToken))
            {
                await storage.DeleteAsync(new FileKey(tenant.Schema!.Value.TenantId, found), cancellationToken);
                gone.Add(found);
            }
        }
        catch (FileStorageException exception)
        {
            LogNotRemoved(exception.Message, exception.GetBaseException().Message);
        }

        if (gone.Count > 0)
        {
            await tenant.Files.Where(one => gone.Contains(one.Id)).ExecuteDeleteAsync(cancellationToken);
        }

        return gone.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}; it is tried again later: {Reason}")]
    private partial void LogNotRemoved(string what, string reason);
}
