using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.SignUp;

/// <summary>
/// Has the activation mail sent again. That happens behind the answer, which so takes the same time whether the address is known or not. What is
/// lost when the process ends can be asked for once more.
/// </summary>
internal sealed partial class ActivationMails(
    IDbContextFactory<CatalogDbContext> catalogs, IDbContextFactory<TenantDbContext> tenants, ServedVersions versions, ILogger<ActivationMails> logger) : BackgroundService
{
    private const int Waiting = 1000;

    private readonly Channel<string> _addresses = Channel.CreateBounded<string>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>For a normalized address.</summary>
    public void Ask(string email) => _addresses.Writer.TryWrite(email);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var email in _addresses.Reader.ReadAllAsync(stoppingToken))
            {
                await TryAddAsync(email, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TryAddAsync(string email, CancellationToken cancellationToken)
    {
        try
        {
            await AddAsync(email, cancellationToken);
        }
#pragma warning disable CA1031 // Ending would take the whole process along.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogFailed(exception.GetBaseException().Message);
        }
    }

    private async Task AddAsync(string email, CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        var theirs = await (
            from signIn in catalog.SignIns
            join tenant in catalog.Tenants on signIn.TenantId equals tenant.Id
            where signIn.Email == email && tenant.Status == TenantStatus.Active
            select new TenantEntry(tenant.Id, tenant.Slug, tenant.Status, tenant.SchemaVersion)).ToListAsync(cancellationToken);
        foreach (var tenant in theirs.Where(tenant => tenant.IsServable(versions)))
        {
            await using var people = await tenants.CreateDbContextAsync(cancellationToken);
            people.Enter(tenant.Schema);
            var unproven = await people.Users.Where(user => user.Email == email && user.VerifiedAt == null && user.DeletedAt == null).Select(user => user.Id).ToListAsync(cancellationToken);
            await SignUpMails.AddAsync(catalog, tenant.Id, unproven, SignUpMails.Activation, atMostOneADay: false, cancellationToken);
        }

        await catalog.SaveChangesAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "An activation mail that somebody asked for could not be written down; the person has to ask again: {Reason}")]
    private partial void LogFailed(string reason);
}
