using Microsoft.EntityFrameworkCore;
using Todo.Data.Catalog;

namespace Todo.Api.SignUp;

/// <summary>Mails that strangers can cause: written down so that no mailbox is filled with them.</summary>
internal static class SignUpMails
{
    // One that can't be sent stands in the way no longer than this.
    private static readonly TimeSpan OneOfAKind = TimeSpan.FromDays(1);

    /// <summary>Adds one for each of these people to the context's next save, except for whoever is to get the same already.</summary>
    /// <param name="catalog">In whose transaction.</param>
    /// <param name="tenantId">The people's tenant.</param>
    /// <param name="people">Who gets it.</param>
    /// <param name="template">Which one.</param>
    /// <param name="atMostOneADay">Whether one that was sent counts, too.</param>
    /// <param name="now">UTC.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task AddAsync(
        CatalogDbContext catalog, Guid tenantId, IReadOnlyList<Guid> people, string template, bool atMostOneADay, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var since = now - OneOfAKind;
        var served = await catalog.OutgoingMail
            .Where(mail => mail.TenantId == tenantId && mail.Template == template && mail.CreatedAt > since && (atMostOneADay || mail.SentAt == null) && people.Contains(mail.UserId))
            .Select(mail => mail.UserId).ToListAsync(cancellationToken);
        catalog.OutgoingMail.AddRange(people.Except(served).Select(person => OutgoingMail.To(tenantId, person, template, now)));
    }
}
