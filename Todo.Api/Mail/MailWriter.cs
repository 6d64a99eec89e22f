using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Todo.Api.Identity;
using Todo.Api.Tenants;
using Todo.Data;
using Todo.Data.Catalog;
using Todo.Data.Tenants;
using Todo.Tenancy.Catalog;

namespace Todo.Api.Mail;

/// <summary>Writes a queued mail, for the person as the person is now, and makes the token that it carries.</summary>
internal sealed class MailWriter(
    TenantDirectory tenants,
    ServedVersions versions,
    IDbContextFactory<CatalogDbContext> catalogs,
    IDbContextFactory<TenantDbContext> contexts,
    OneTimeTokens tokens,
    IServer server,
    IOptions<MailOptions> options)
{
    /// <summary>The mail.</summary>
    /// <exception cref="MailException">There is nobody to write to, or the person can't be read now.</exception>
    public async Task<MailMessage> WriteAsync(QueuedMail mail, CancellationToken cancellationToken)
    {
        if (!MailTemplate.All.Contains(mail.Template))
        {
            throw new MailException($"There is no mail '{mail.Template}'.", isPermanent: true);
        }

        if (await tenants.FindAsync(mail.TenantId, cancellationToken) is not { Status: TenantStatus.Active } tenant)
        {
            throw new MailException("The tenant is not active.", isPermanent: false);
        }

        if (!tenant.IsServable(versions))
        {
            throw new MailException("The tenant is being migrated.", isPermanent: false);
        }

        await using var people = await contexts.CreateDbContextAsync(cancellationToken);
        people.Enter(tenant.Schema);
        var user = await people.Users.AsNoTracking().SingleOrDefaultAsync(person => person.Id == mail.UserId, cancellationToken);
        if (user is null || !IsFor(mail.Template, user))
        {
            throw new MailException("The person is gone, or this mail is not for them any more.", isPermanent: true);
        }

        if (IsForLater(mail.Template, user))
        {
            throw new MailException("The person has not proven the address yet.", isPermanent: false);
        }

        var company = await CompanyAsync(mail.TenantId, cancellationToken);
        string? token = null;
        if (MailTemplate.Purpose(mail.Template) is { } purpose)
        {
            token = tokens.Add(people, mail.TenantId, user.Id, purpose);
            await people.SaveChangesAsync(cancellationToken);
        }

        return new MailLetter(mail.Template, user.Language, user.Name, user.Email, company, Link(mail.Template, token), (int)OneTimeTokens.Lifetime.TotalHours).Compose(mail.Id);
    }

    // What has changed since the mail was asked for decides.
    private static bool IsFor(string template, User user) => user.DeletedAt is null && template switch
    {
        MailTemplate.Activation => user.VerifiedAt is null,
        MailTemplate.PasswordReset or MailTemplate.Approved or MailTemplate.RoleChanged => user is { IsActive: true, VerifiedAt: not null },
        MailTemplate.ApprovalNeeded or MailTemplate.AccountLimitReached => user.IsActive,
        _ => true,
    };

    // The owner of a new company may be a minute behind the next one who signs up.
    private static bool IsForLater(string template, User user) => template is MailTemplate.ApprovalNeeded or MailTemplate.AccountLimitReached && user.VerifiedAt is null;

    private async Task<string> CompanyAsync(Guid tenantId, CancellationToken cancellationToken)
    {
        await using var catalog = await catalogs.CreateDbContextAsync(cancellationToken);
        return await catalog.Tenants.Where(tenant => tenant.Id == tenantId).Select(tenant => tenant.Name).SingleAsync(cancellationToken);
    }

    // In the fragment, which browsers keep to themselves: no server's log and no Referer field gets to see the token.
    private Uri Link(string template, string? token) =>
        new($"{Root().TrimEnd('/')}/{MailTemplate.Page(template)}{(token is null ? "" : "#token=" + token)}");

    // Without SMTP this is Development, where the API itself is all there is.
    private string Root() => options.Value.PublicUrl?.AbsoluteUri ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost";
}
