using Microsoft.EntityFrameworkCore;
using Npgsql;
using Todo.Api.Audit;
using Todo.Api.Mail;
using Todo.Api.Settings;
using Todo.Api.Users;
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
/// Every transaction changes the company or takes the lock on its people first, and changes the sign-up after it, so that two that meet wait for
/// each other in one direction.
/// </remarks>
internal sealed class RegistrationSteps(
    IDbContextFactory<CatalogDbContext> catalogs, TenantProvisioner provisioner, ServedVersions versions, PeopleChanges changes, AuditLog audit, AccountLimit accounts, TimeProvider clock)
{
    // One is enough for any number of people, and making it takes tens of milliseconds.
    private static readonly Lazy<string> NobodysPassword = new(InvitationEndpoints.HashOfNobodysPassword);

    // Nobody has proven yet to be the person.
    private static readonly AuditActor Service = new(ActorKind.System, Id: null, "sign-up");

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

    private async Task AddOwnerAsync(OpenRegistration registration, NpgsqlTransaction transaction, TenantSchema schema, CancellationToken cancellationToken)
    {
        await using var catalog = CatalogDbContext.Join(transaction);
        Guid? tenantId = schema.TenantId;
        if (await catalog.Companies.Where(company => company.Id == registration.CompanyId && company.TenantId == null)
            .ExecuteUpdateAsync(company => company.SetProperty(c => c.TenantId, tenantId), cancellationToken) == 0)
        {
            throw new CompanyFoundedException();
        }

        var now = clock.GetTimestamptz();
        var owner = Person(registration, BuiltInRole.Owner, now);
        owner.ApprovedAt = now;
        await EndAsync(registration, catalog, RegistrationState.Done, schema.TenantId, owner.Id, now, cancellationToken);
        await using var people = TenantPeople.Join(transaction, schema);
        people.Users.Add(owner);
        audit.Add(people, "user.signed_up", AuditSubject.Of(owner), actor: Service);
        await people.SaveChangesAsync(cancellationToken);
        catalog.SignIns.Add(new SignIn { Email = owner.Email, TenantId = schema.TenantId });
        catalog.OutgoingMail.Add(OutgoingMail.To(schema.TenantId, owner.Id, MailTemplate.Activation, now));
        await catalog.SaveChangesAsync(cancellationToken);
    }

    private async Task<RegistrationOutcome> JoinAsync(OpenRegistration registration, Tenant tenant, CancellationToken cancellationToken)
    {
        if (tenant.Status is not (TenantStatus.Active or TenantStatus.Suspended))
        {
            await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
            await EndAsync(registration, catalog, RegistrationState.Abandoned, tenant.Id, userId: null, clock.GetTimestamptz(), cancellationToken);
            return RegistrationOutcome.TenantDeleted;
        }

        if (!versions.Contains(tenant.SchemaVersion))
        {
            throw new InvalidOperationException($"Tenant '{tenant.Slug}' is at a version that this build can't serve.");
        }

        await using var change = await changes.BeginAsync(TenantSchema.Of(tenant.Id), cancellationToken);
        var outcome = await JoinAsync(registration, change, cancellationToken);
        await change.CommitAsync(cancellationToken);
        return outcome;
    }

    private async Task<RegistrationOutcome> JoinAsync(OpenRegistration registration, PeopleChange change, CancellationToken cancellationToken)
    {
        if (await change.Tenant.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Email == registration.Email, cancellationToken) is { } known)
        {
            await EndAsync(registration, change.Catalog, RegistrationState.Abandoned, change.TenantId, known.Id, change.Now, cancellationToken);

            // Whoever was deleted hears nothing: only an administrator can undo that. Whoever has not proven the address yet may have lost the first mail.
            await (known switch
            {
                { DeletedAt: not null } => Task.CompletedTask,
                { VerifiedAt: null } => MailAsync(change, [known.Id], MailTemplate.Activation, atMostOneADay: false, cancellationToken),
                _ => MailAsync(change, [known.Id], MailTemplate.AccountExists, atMostOneADay: true, cancellationToken),
            });
            return RegistrationOutcome.AccountExists;
        }

        if (!await accounts.HasRoomAsync(change, cancellationToken))
        {
            await EndAsync(registration, change.Catalog, RegistrationState.Abandoned, change.TenantId, userId: null, change.Now, cancellationToken);
            await MailAsync(change, await ApproversAsync(change, cancellationToken), MailTemplate.AccountLimitReached, atMostOneADay: true, cancellationToken);
            return RegistrationOutcome.LimitReached;
        }

        var member = Person(registration, BuiltInRole.Member, change.Now);
        member.IsActive = false;
        await EndAsync(registration, change.Catalog, RegistrationState.Done, change.TenantId, member.Id, change.Now, cancellationToken);
        change.Tenant.Users.Add(member);
        change.Catalog.SignIns.Add(new SignIn { Email = member.Email, TenantId = change.TenantId });
        change.Record("user.signed_up", AuditSubject.Of(member), actor: Service);
        change.Mail(member.Id, MailTemplate.Activation);
        var approvers = await SettingValues.WhereAsync(change.Tenant, await ApproversAsync(change, cancellationToken), KnownSettings.PersonWaiting, KnownSettings.ByMail, cancellationToken);
        await MailAsync(change, approvers, MailTemplate.ApprovalNeeded, atMostOneADay: false, cancellationToken);
        return RegistrationOutcome.Waiting;
    }

    private static Task<List<Guid>> ApproversAsync(PeopleChange change, CancellationToken cancellationToken) => change.Tenant.Users
        .Where(user => user.IsActive && user.DeletedAt == null && change.Tenant.RolePermissions.Any(link => link.RoleId == user.RoleId && link.Permission == Permission.UsersWrite))
        .Select(user => user.Id).ToListAsync(cancellationToken);

    private static Task MailAsync(PeopleChange change, IReadOnlyList<Guid> people, string template, bool atMostOneADay, CancellationToken cancellationToken) =>
        SignUpMails.AddAsync(change.Catalog, change.TenantId, people, template, atMostOneADay, change.Now, cancellationToken);

    private static User Person(OpenRegistration registration, Guid role, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Email = registration.Email,
        Name = registration.Name,
        PasswordHash = NobodysPassword.Value,
        RoleId = role,
        Language = registration.Language,
        TimeZone = registration.TimeZone,
        CreatedAt = now,
    };

    private static async Task EndAsync(
        OpenRegistration registration, CatalogDbContext catalog, RegistrationState state, Guid? tenantId, Guid? userId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await catalog.Registrations.Where(open => open.Id == registration.Id && open.State == RegistrationState.Recorded).ExecuteUpdateAsync(
            open => open.SetProperty(r => r.State, state).SetProperty(r => r.TenantId, tenantId).SetProperty(r => r.UserId, userId).SetProperty(r => r.UpdatedAt, now),
            cancellationToken) == 0)
        {
            throw new RegistrationEndedException();
        }
    }

    // Both undo the transaction that they come out of.
    private sealed class CompanyFoundedException : Exception;

    private sealed class RegistrationEndedException : Exception;
}
