using Microsoft.EntityFrameworkCore;
using Todo.Data;
using Todo.Data.Catalog;

namespace Todo.Api.SignUp;

/// <summary>The mails of a sign-up, written down to be sent.</summary>
internal static class SignUpMails
{
    /// <summary>To somebody new: proves the address.</summary>
    public const string Activation = "activation";

    /// <summary>To whoever may let people in: somebody waits.</summary>
    public const string ApprovalNeeded = "approval_needed";

    /// <summary>To somebody who signed up and has an account there already.</summary>
    public const string AccountExists = "account_exists";

    /// <summary>To whoever may let people in: somebody would have come, and there is no room.</summary>
    public const string AccountLimitReached = "account_limit_reached";

    // Nobody gets the same again while the last one is still to be sent; one that can't be sent stands in the way no longer than this.
    private static readonly TimeSpan OneOfAKind = TimeSpan.FromDays(1);

    /// <summary>Adds one for each of these people to the next save.</summary>
    /// <param name="catalog">In whose transaction.</param>
    /// <param name="tenantId">The people's tenant.</param>
    /// <param name="people">Who gets it, except who is to get the same already.</param>
    /// <param name="template">Which one.</param>
    /// <param name="atMostOneADay">Whether one that was sent counts, too.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task AddAsync(
        CatalogDbContext catalog, Guid tenantId, IReadOnlyList<Guid> people, string template, bool atMostOneADay, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetTimestamptz();
        var since = now - OneOfAKind;
        var served = await catalog.OutgoingMail
            .Where(mail => mail.TenantId == tenantId && mail.Template == template && mail.CreatedAt > since && (atMostOneADay || mail.SentAt == null) && people.Contains(mail.UserId))
            .Select(mail => mail.UserId).ToListAsync(cancellationToken);
        catalog.OutgoingMail.AddRange(people.Except(served).Select(person => new OutgoingMail
        {
            Id = Guid.CreateVersion7(),
            TenantId = tenantId,
            UserId = person,
            Template = template,
            CreatedAt = now,
            NotBefore = now,
        }));
    }
}
