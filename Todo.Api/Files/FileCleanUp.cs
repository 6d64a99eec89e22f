using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Todo.Api.Retention;
using Todo.Data;
using Todo.Data.Tenants;
using Todo.Tenancy.Scoping;

namespace Todo.Api.Files;

/// <summary>Removes what uploads that died, and todos that are gone for good, left behind in every tenant: first its room is given back, then the storage forgets it, then its row goes.</summary>
internal sealed class FileCleanUp(ServedTenants tenants, FileRemoval removal, IOptions<FilesOptions> options, TimeProvider clock, ILogger<FileCleanUp> logger)
    : PeriodicDeletion(options.Value.CleanUpInterval, clock, logger)
{
    /// <inheritdoc/>
    protected override Task DeleteAsync(CancellationToken cancellationToken) => tenants.ForEachAsync(
        async tenant =>
        {
            await FileStatements.GiveUpAsync(tenant, Clock.GetTimestamptz() - (2 * options.Value.TransferTime), cancellationToken);
            while (await removal.TryRemoveAsync(tenant, file: null, cancellationToken) == FileRemoval.BatchSize)
            {
                // There may be more.
            }
        },
        cancellationToken);
}

/// <summary>
/// Removes what the storage has and no row tells of: of tenants that are gone for good, and, in a tenant that is there, what was lost track of. Rows come before
/// contents and go after them, so that whatever is found without one is nobody's; only what is older than an hour is looked at all the same. Tenants that this
/// build does not serve, deleted ones too, keep what they have.
/// </summary>
internal sealed partial class OrphanCleanUp(
    ServedTenants tenants, IDbContextFactory<TenantDbContext> contexts, IFileStorage storage, IOptions<FilesOptions> options, TimeProvider clock, ILogger<OrphanCleanUp> logger)
    : PeriodicDeletion(options.Value.OrphanInterval, clock, logger)
{
    private const int BatchSize = 500;

    /// <inheritdoc/>
    protected override async Task DeleteAsync(CancellationToken cancellationToken)
    {
        var before = Clock.GetUtcNow() - options.Value.OrphanAge;
        var batch = new List<FileKey>();
        await foreach (var kept in storage.ListAsync(cancellationToken))
        {
            if (kept.WrittenAt > before)
            {
                continue;
            }

            if (batch.Count == BatchSize || (batch.Count > 0 && batch[0].Tenant != kept.Key.Tenant))
            {
                await SweepAsync(batch, cancellationToken);
                batch.Clear();
            }

            batch.Add(kept.Key);
        }

        if (batch.Count > 0)
        {
            await SweepAsync(batch, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override bool PassesBy(Exception exception) => exception is FileStorageException || base.PassesBy(exception);

    private async Task SweepAsync(List<FileKey> batch, CancellationToken cancellationToken)
    {
        var known = await tenants.FindAsync(batch[0].Tenant, cancellationToken) switch
        {
            TenantPresence.Gone => [],
            TenantPresence.Served => await KnownAsync(batch, cancellationToken),
            _ => null,
        };
        foreach (var orphan in known is null ? [] : batch.Where(key => !known.Contains(key.File)))
        {
            await storage.DeleteAsync(orphan, cancellationToken);
            LogOrphan(orphan.File, orphan.Tenant);
        }
    }

    // Null: nobody can say, as the tenant was taken to a version without files.
    private async Task<HashSet<Guid>?> KnownAsync(List<FileKey> batch, CancellationToken cancellationToken)
    {
        var files = batch.ConvertAll(key => key.File);
        await using var tenant = await contexts.CreateDbContextAsync(cancellationToken);
        tenant.Enter(TenantSchema.Of(batch[0].Tenant));
        try
        {
            return await tenant.Files.Where(file => files.Contains(file.Id)).Select(file => file.Id).ToHashSetAsync(cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Content {File} of tenant {Tenant} belonged to no file, and was removed")]
    private partial void LogOrphan(Guid file, Guid tenant);
}
