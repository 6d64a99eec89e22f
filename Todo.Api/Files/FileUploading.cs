using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Errors;
using Todo.Api.Identity;
using Todo.Api.Paging;
using Todo.Data;
using Todo.Data.Tenants;

namespace Todo.Api.Files;

/// <summary>
/// Takes a file in. Room is made before the first byte is read, and the row that says so is there before the storage has anything: whatever breaks off,
/// there is something to find it by. No connection to the database is held while the content comes.
/// </summary>
internal sealed class FileUploading(TenantDbContext tenant, RequestIdentity identity, IFileStorage storage, FileRemoval removal, IOptions<FilesOptions> options, TimeProvider clock)
{
    private readonly FilesOptions _options = options.Value;

    /// <summary>Takes it in.</summary>
    /// <returns>The file; and whether it is new, or was there already.</returns>
    /// <exception cref="RefusedException">It can't be taken; nothing of it is kept.</exception>
    public async Task<(StoredFile File, bool IsNew)> TakeAsync(Guid todo, SentFile sent, CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamptz();
        var reserved = new StoredFile
        {
            Id = SortableId.At(now),
            TodoId = todo,
            Name = sent.Name,
            ContentType = "",
            Size = Math.Min(sent.Length ?? SentContent.Step, _options.MaxFileBytes),
            CreatedBy = identity.UserId,
            CreatedAt = now,
            State = FileState.Uploading,
        };
        await ReserveAsync(todo, reserved, cancellationToken);
        try
        {
            return await StoreAsync(sent, reserved, cancellationToken);
        }
        catch
        {
            // Whoever sent it may be gone, and the room must come back all the same.
            await FileStatements.AbandonAsync(tenant, reserved.Id, CancellationToken.None);
            await removal.TryRemoveAsync(tenant, reserved.Id, CancellationToken.None);
            throw;
        }
    }

    private async Task ReserveAsync(Guid todo, StoredFile file, CancellationToken cancellationToken)
    {
        if (await FileStatements.TryReserveAsync(tenant, file, _options.QuotaBytes, cancellationToken))
        {
            return;
        }

        await FileRights.RequireWritableAsync(tenant, identity.UserId, todo, cancellationToken);

        // Of todos that are gone for good the clean-up has perhaps not given the room back yet.
        await FileStatements.GiveUpAsync(tenant, file.CreatedAt - (2 * _options.TransferTime), cancellationToken);
        if (!await FileStatements.TryReserveAsync(tenant, file, _options.QuotaBytes, cancellationToken))
        {
            throw NoRoom();
        }
    }

    private async Task<(StoredFile File, bool IsNew)> StoreAsync(SentFile sent, StoredFile reserved, CancellationToken cancellationToken)
    {
        await using var content = new SentContent(sent.Body, reserved.Size, (more, cancellation) => MakeRoomAsync(reserved.Id, more, cancellation), _options.MaxFileBytes);
        await storage.WriteAsync(new FileKey(identity.Schema.TenantId, reserved.Id), content, cancellationToken);
        await sent.EndAsync(cancellationToken);
        var sha256 = content.Sha256();
        if (sent.Expected is { } expected && !CryptographicOperations.FixedTimeEquals(expected, sha256))
        {
            throw RefusedException.Invalid("What came is not what was sent: it has another SHA-256 than the digest says. Send it again.");
        }

        var file = new StoredFile
        {
            Id = reserved.Id,
            TodoId = reserved.TodoId,
            Name = reserved.Name,
            ContentType = content.ContentType,
            Size = content.Count,
            Sha256 = sha256,
            CreatedBy = reserved.CreatedBy,
            CreatedAt = reserved.CreatedAt,
            State = FileState.Stored,
        };
        try
        {
            if (await FileStatements.StoreAsync(tenant, file, clock.GetTimestamptz(), cancellationToken) is { } stored)
            {
                return (stored, true);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return await SameAsync(file, cancellationToken);
        }

        await FileRights.RequireWritableAsync(tenant, identity.UserId, reserved.TodoId!.Value, cancellationToken);
        throw RefusedException.Conflict("The file took too long on its way, and its room was given to others. Send it again.");
    }

    // It was sent before, by somebody who did not hear that it had come.
    private async Task<(StoredFile File, bool IsNew)> SameAsync(StoredFile file, CancellationToken cancellationToken)
    {
        var same = await FileRights.Readable(tenant, identity.UserId, file.TodoId!.Value)
            .SingleOrDefaultAsync(one => one.Name == file.Name && one.Sha256 == file.Sha256, cancellationToken)
            ?? throw RefusedException.Conflict("The same file was on the todo, and was deleted at this moment. Send it again.");
        await FileStatements.AbandonAsync(tenant, file.Id, cancellationToken);
        await removal.TryRemoveAsync(tenant, file.Id, CancellationToken.None);
        return (same, false);
    }

    private async Task MakeRoomAsync(Guid id, long more, CancellationToken cancellationToken)
    {
        if (!await FileStatements.TryGrowAsync(tenant, id, more, _options.QuotaBytes, cancellationToken))
        {
            throw NoRoom();
        }
    }

    private RefusedException NoRoom() => new(
        StatusCodes.Status507InsufficientStorage,
        $"All files together are {_options.QuotaBytes:N0} bytes at most, and this one is too much. Delete some first; GET /files/usage says how much there is.",
        new Dictionary<string, object?> { ["quotaBytes"] = _options.QuotaBytes });
}
