using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Data;
using Todo.Data.Access;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Provisioning;
using Todo.Tenancy.Scoping;

namespace Todo.Api.SignUp;

/// <summary>
/// Brings a sign-up to its end in one transaction, whichever end that is: of a new company, the tenant with its owner; of a known one, a member
/// who waits. Whoever dies on the way leaves the sign-up as it was, and nothing else.
/// </summary>
/// <remarks>
/// Every transaction changes the company first and the sign-up after it, so that two that meet wait for each other in one direction.
/// </remarks>
internal sealed class RegistrationSteps(NpgsqlDataSource dataSource, IDbContextFactory<CatalogDbContext> catalogs, TenantProvisioner provisioner, ServedVersions versions, AccountLimit accounts)
{
    /// <summary>Does what is to be done for one that was taken up.</summary>
    /// <exception cref="InvalidOperationException">The tenant is between versions; it is to be tried again.</exception>
    public async Task<RegistrationOutcome> FinishAsync(OpenRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var (company, tenant) = await FindAsync(registration.CompanyId, cancellationToken);
                if (tenant is not null)
                {
                    return await JoinAsync(registration, tenant, cancellationToken);
                }

                try
                {
                    await FoundAsync(registration, company, cancellationToken);
                    return RegistrationOutcome.Owner;
                }
                catch (CompanyFoundedException)
                {
                    // By somebody who signed up in the same moment.
                }
            }
        }
        catch (RegistrationEndedException)
        {
            return RegistrationOutcome.EndedElsewhere;
        }
    }

    private async Task<(Company Company, Tenant? Tenant)> FindAsync(Guid companyId, CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        var found = await (
            from company in catalog.Companies.AsNoTracking()
            join tenant in catalog.Tenants.AsNoTracking() on company.TenantId equals tenant.Id into tenants
            from tenant in tenants.DefaultIfEmpty()
            where company.Id == companyId
            select new { company, tenant }).SingleOrDefaultAsync(cancellationToken);

        // A company goes only with its sign-ups.
        return found is null ? throw new RegistrationEndedException() : (found.company, found.tenant);
    }

    private async Task FoundAsync(OpenRegistration registration, Company company, CancellationToken cancellationToken)
    {
        foreach (var slug in await FreeSlugsAsync(registration, cancellationToken))
        {
            try
            {
                await provisioner.ProvisionAsync(slug, company.Name, (transaction, schema, token) => AddOwnerAsync(registration, transaction, schema, token), cancellationToken);
                return;
            }
            catch (TenantExistsException)
            {
                // Another company of that name was quicker.
            }
        }

        throw new InvalidOperationException($"No slug is free for '{registration.Slug}'.");
    }

    private async Task<IEnumerable<string>> FreeSlugsAsync(OpenRegistration registration, CancellationToken cancellationToken)
    {
        var candidates = CompanySlug.Candidates(registration.Slug, registration.Id);
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        return candidates.Except(await catalog.Tenants.Where(tenant => candidates.Contains(tenant.Slug)).Select(tenant => tenant.Slug).ToListAsync(cancellationToken));
    }

    private static async Task AddOwnerAsync(OpenRegistration registration, NpgsqlTransaction transaction, TenantSchema schema, CancellationToken cancellationToken)
    {
        await using var catalog = CatalogDbContext.Join(transaction);
        Guid? tenantId = schema.TenantId;
        if (await catalog.Companies.Where(company => company.Id == registration.CompanyId && company.TenantId == null)
            .ExecuteUpdateAsync(company => company.SetProperty(c => c.TenantId, tenantId), cancellationToken) == 0)
        {
            throw new CompanyFoundedException();
        }

        var owner = Person(registration, BuiltInRole.Owner);
        owner.ApprovedAt = owner.CreatedAt;
        await EndAsync(registration, catalog, RegistrationState.Done, schema, owner.Id, cancellationToken);
        await TenantPeople.AddAsync(transaction, schema, [owner], cancellationToken);
        await MailAsync(catalog, schema, [owner.Id], SignUpMails.Activation, cancellationToken);
    }

    private async Task<RegistrationOutcome> JoinAsync(OpenRegistration registration, Tenant tenant, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var outcome = await JoinAsync(registration, tenant, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcome;
    }

    private async Task<RegistrationOutcome> JoinAsync(OpenRegistration registration, Tenant tenant, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var schema = TenantSchema.Of(tenant.Id);
        await using var catalog = CatalogDbContext.Join(transaction);
        if (tenant.Status is not (TenantStatus.Active or TenantStatus.Suspended))
        {
            await EndAsync(registration, catalog, RegistrationState.Abandoned, schema, userId: null, cancellationToken);
            return RegistrationOutcome.TenantDeleted;
        }

        if (!versions.Contains(tenant.SchemaVersion))
        {
            throw new InvalidOperationException($"Tenant '{tenant.Slug}' is at a version that this build can't serve.");
        }

        await using var people = TenantPeople.Join(transaction, schema);
        var hasRoom = await accounts.HasRoomAsync(transaction, people, tenant.Id, cancellationToken);
        var known = await people.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Email == registration.Email, cancellationToken);
        if (known is not null)
        {
            await EndAsync(registration, catalog, RegistrationState.Abandoned, schema, known.Id, cancellationToken);

            // Whoever was deleted hears nothing: only an administrator can undo that.
            await MailAsync(catalog, schema, known.DeletedAt is null ? [known.Id] : [], SignUpMails.AccountExists, cancellationToken);
            return RegistrationOutcome.AccountExists;
        }

        var approvers = await people.Users
            .Where(user => user.IsActive && user.DeletedAt == null && people.RolePermissions.Any(link => link.RoleId == user.RoleId && link.Permission == Permission.UsersWrite))
            .Select(user => user.Id).ToListAsync(cancellationToken);
        if (!hasRoom)
        {
            await EndAsync(registration, catalog, RegistrationState.Abandoned, schema, userId: null, cancellationToken);
            await MailAsync(catalog, schema, approvers, SignUpMails.AccountLimitReached, cancellationToken, atMostOneADay: true);
            return RegistrationOutcome.LimitReached;
        }

        var member = Person(registration, BuiltInRole.Member);
        member.IsActive = false;
        await EndAsync(registration, catalog, RegistrationState.Done, schema, member.Id, cancellationToken);
        await TenantPeople.AddAsync(transaction, schema, [member], cancellationToken);
        await MailAsync(catalog, schema, [member.Id], SignUpMails.Activation, cancellationToken);
        await MailAsync(catalog, schema, approvers, SignUpMails.ApprovalNeeded, cancellationToken);
        return RegistrationOutcome.Waiting;
    }

    private static User Person(OpenRegistration registration, Guid role) => new()
    {
        Id = Guid.CreateVersion7(),
        Email = registration.Email,
        Name = registration.Name,
        PasswordHash = registration.PasswordHash,
        RoleId = role,
        Language = registration.Language,
        TimeZone = registration.TimeZone,
        CreatedAt = TimeProvider.System.GetTimestamptz(),
    };

    private static async Task MailAsync(
        CatalogDbContext catalog, TenantSchema schema, IReadOnlyList<Guid> people, string template, CancellationToken cancellationToken, bool atMostOneADay = false)
    {
        await SignUpMails.AddAsync(catalog, schema.TenantId, people, template, atMostOneADay, cancellationToken);
        await catalog.SaveChangesAsync(cancellationToken);
    }

    // The password's hash is the person's now, or nobody's.
    private static async Task EndAsync(
        OpenRegistration registration, CatalogDbContext catalog, RegistrationState state, TenantSchema schema, Guid? userId, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamptz();
        Guid? tenantId = schema.TenantId;
        if (await catalog.Registrations.Where(open => open.Id == registration.Id && open.State == RegistrationState.Recorded).ExecuteUpdateAsync(
            open => open.SetProperty(r => r.State, state).SetProperty(r => r.TenantId, tenantId).SetProperty(r => r.UserId, userId)
                .SetProperty(r => r.PasswordHash, "").SetProperty(r => r.UpdatedAt, now),
            cancellationToken) == 0)
        {
            throw new RegistrationEndedException();
        }
    }

    // Both undo the transaction that they come out of.
    private sealed class CompanyFoundedException : Exception;

    private sealed class RegistrationEndedException : Exception;
}
