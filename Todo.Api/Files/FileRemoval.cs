using Microsoft.EntityFrameworkCore;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>Lets the storage forget what is deleted, and then the rows that said so.</summary>
internal sealed partial class FileRemoval(IFileStorage storage, ILogger<FileRemoval> logger)
{
    /// <summary>Forgets them, as far as the storage does; the clean-up tries the rest again.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="keys">Deleted ones; what turns out not to be keeps its row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many it forgot.</returns>
    public async Task<int> TryRemoveAsync(TenantDbContext tenant, IReadOnlyCollection<FileKey> keys, CancellationToken cancellationToken)
    {
        var gone = new List<Guid>();
        try
        {
            foreach (var key in keys)
            {
                await storage.DeleteAsync(key, cancellationToken);
                gone.Add(key.File);
            }
        }
        catch (FileStorageException exception)
        {
            LogNotRemoved(exception.Message, exception.GetBaseException().Message);
        }

        if (gone.Count > 0)
        {
            await tenant.Files.Where(file => gone.Contains(file.Id) && file.State == FileState.Deleted).ExecuteDeleteAsync(cancellationToken);
        }

        return gone.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What}; it is tried again later: {Reason}")]
    private partial void LogNotRemoved(string what, string reason);
}
