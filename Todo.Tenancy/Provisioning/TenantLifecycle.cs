using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Moves a tenant through its life: active and suspended, deleted and restored, and purged, after which nothing of it is left. Each change
/// has the tenant for itself, as a migration has, and happens only from a status that allows it.
/// </summary>
/// <remarks>Replicas that keep tenants in memory learn of a change from <c>tenants.updated_at</c>, which each of them sets.</remarks>
public sealed class TenantLifecycle(NpgsqlDataSource dataSource)
{
    private const int MaxNameLength = 200;

    private static readonly TenantStatus[] Serving = [TenantStatus.Active, TenantStatus.Suspended];
    private static readonly TenantStatus[] Purgeable = [TenantStatus.Deleted, TenantStatus.Purging, TenantStatus.Failed];

    private readonly SchemaRemoval _removal = new(dataSource);

    /// <summary>Gives an active or suspended tenant another slug, another name, or both. Its schema keeps its name and nothing moves.</summary>
    /// <param name="slug">What it is called now.</param>
    /// <param name="newSlug">Keeps <see cref="TenantSlug"/>'s rule; null: as before.</param>
    /// <param name="newName">1 to 200 characters; null: as before.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <exception cref="ArgumentException">Neither is given, or one breaks its rule.</exception>
    /// <exception cref="TenantExistsException">The new slug is taken, perhaps by a deleted tenant.</exception>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantStateException">It is neither active nor suspended.</exception>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public async Task<Tenant> RenameAsync(string slug, string? newSlug, string? newName, CancellationToken cancellationToken)
    {
        if (newSlug is null && newName is null)
        {
            throw new ArgumentException("Give a new slug, a new name, or both.", nameof(newSlug));
        }

        if (newSlug is not null && !TenantSlug.IsValid(newSlug))
        {
            throw new ArgumentException($"A slug is {TenantSlug.Rule}.", nameof(newSlug));
        }

        if (newName is { Length: 0 or > MaxNameLength })
        {
            throw new ArgumentException($"A name has 1 to {MaxNameLength} characters.", nameof(newName));
        }

        try
        {
            return await ChangeAsync(
                slug,
                "slug = coalesce($3, slug), name = coalesce($4, name)",
                Serving,
                "renamed",
                [BatchStatements.Text(newSlug), BatchStatements.Text(newName)],
                cancellationToken);
        }
        catch (PostgresException exception) when (TenantExistsException.IsCauseOf(exception))
        {
            throw new TenantExistsException(newSlug!, exception);
        }
    }

    /// <summary>Gives an active or suspended tenant a host name of its own, or takes it away: requests to that host are for this tenant only.</summary>
    /// <param name="slug">The tenant.</param>
    /// <param name="host">Keeps <see cref="TenantHost"/>'s rule; null: none.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <exception cref="ArgumentException">The host breaks the rule.</exception>
    /// <exception cref="TenantHostTakenException">It is another tenant's.</exception>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantStateException">It is neither active nor suspended.</exception>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public async Task<Tenant> SetHostAsync(string slug, string? host, CancellationToken cancellationToken)
    {
        if (host is not null && !TenantHost.IsValid(host))
        {
            throw new ArgumentException($"A host is {TenantHost.Rule}.", nameof(host));
        }

        try
        {
            return await ChangeAsync(slug, "host = $3", Serving, "given a host", [BatchStatements.Text(host)], cancellationToken);
        }
        catch (PostgresException exception) when (TenantHostTakenException.IsCauseOf(exception))
        {
            throw new TenantHostTakenException(host!, exception);
        }
    }

    /// <summary>Refuses an active tenant to its people; it is still migrated.</summary>
    /// <inheritdoc cref="DeleteAsync" path="/exception"/>
    public Task<Tenant> SuspendAsync(string slug, CancellationToken cancellationToken) =>
        MoveAsync(slug, TenantStatus.Suspended, [TenantStatus.Active], "suspended", cancellationToken);

    /// <summary>Serves a suspended tenant again.</summary>
    /// <inheritdoc cref="DeleteAsync" path="/exception"/>
    public Task<Tenant> ResumeAsync(string slug, CancellationToken cancellationToken) =>
        MoveAsync(slug, TenantStatus.Active, [TenantStatus.Suspended], "resumed", cancellationToken);

    /// <summary>
    /// Deletes an active or suspended tenant, recoverably: nothing of it is served or migrated, and all of it, slug and host too, is kept
    /// until <see cref="PurgeAsync"/>.
    /// </summary>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantStateException">Its status does not allow it.</exception>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public Task<Tenant> DeleteAsync(string slug, CancellationToken cancellationToken) =>
        MoveAsync(slug, TenantStatus.Deleted, Serving, "deleted", cancellationToken);

    /// <summary>Takes a deletion back. Migrations that the fleet had meanwhile reach the tenant with the next run.</summary>
    /// <param name="slug">The deleted tenant.</param>
    /// <param name="suspended">Whether it comes back suspended instead of active; what it was before is not kept.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <inheritdoc cref="DeleteAsync" path="/exception"/>
    public Task<Tenant> RestoreAsync(string slug, bool suspended, CancellationToken cancellationToken) =>
        MoveAsync(slug, suspended ? TenantStatus.Suspended : TenantStatus.Active, [TenantStatus.Deleted], "restored", cancellationToken);

    /// <summary>
    /// Drops all that a deleted (or never finished) tenant has, then its catalog row: its slug is free. There is no way back from the first
    /// statement on. Interrupted at any point, it is taken up again by calling it again.
    /// </summary>
    /// <param name="slug">The tenant.</param>
    /// <param name="batchSize">
    /// Tables, views and sequences that one transaction drops, at least 1. Each takes a lock slot for itself, for every index and for its
    /// TOAST table, and the whole server shares <c>max_locks_per_transaction</c> × <c>max_connections</c> of them.
    /// </param>
    /// <param name="progress">Told after every transaction how many it dropped; null for nobody.</param>
    /// <param name="cancellationToken">Stops after at most the transaction in hand, which is rolled back.</param>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantStateException">It is not deleted, nor failed, nor being purged.</exception>
    /// <exception cref="TenantBusyException">Another session has it, or still reads its tables.</exception>
    /// <exception cref="SchemaInUseException">Something outside of its schema was built on its tables.</exception>
    public async Task PurgeAsync(string slug, int batchSize, Action<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        Tenant tenant;
        await using (var transaction = await TenantTransaction.BeginAsync(dataSource, slug, cancellationToken))
        {
            tenant = await transaction.UpdateAsync("status = 'purging'", Purgeable, "purged", [], cancellationToken);
            await SchemaRemoval.RefuseIfUsedAsync(transaction, slug, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await _removal.RemoveAsync(tenant, batchSize, progress, cancellationToken);
    }

    private Task<Tenant> MoveAsync(string slug, TenantStatus to, TenantStatus[] wanted, string action, CancellationToken cancellationToken) =>
        ChangeAsync(slug, "status = $3", wanted, action, [BatchStatements.Parameter(EnumText.Of(to))], cancellationToken);

    private async Task<Tenant> ChangeAsync(
        string slug, string assignments, TenantStatus[] wanted, string action, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var transaction = await TenantTransaction.BeginAsync(dataSource, slug, cancellationToken);
        var tenant = await transaction.UpdateAsync(assignments, wanted, action, parameters, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return tenant;
    }
}
