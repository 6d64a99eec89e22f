namespace Todo.Api.SignUp;

/// <summary>A sign-up that somebody has taken up.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CompanyId">The company.</param>
/// <param name="Email">Normalized.</param>
/// <param name="Name">The person's.</param>
/// <param name="Language">Of mails.</param>
/// <param name="TimeZone">The person's.</param>
/// <param name="Slug">What the tenant is called if this is the company's first person and nobody else has it.</param>
/// <param name="Attempts">This one included.</param>
public sealed record OpenRegistration(
    Guid Id, Guid CompanyId, string Email, string Name, string Language, string TimeZone, string Slug, int Attempts);

/// <summary>How a sign-up ended.</summary>
internal enum RegistrationOutcome
{
    /// <summary>The company was new: it has a tenant now, and the person owns it.</summary>
    Owner,

    /// <summary>The company was known: the person waits for an administrator.</summary>
    Waiting,

    /// <summary>The person was there already; a mail says so, or is the activation mail once more.</summary>
    AccountExists,

    /// <summary>The company has as many accounts as it may; its administrators get a mail.</summary>
    LimitReached,

    /// <summary>The company's tenant was deleted, and can be restored.</summary>
    TenantDeleted,

    /// <summary>Somebody else ended it meanwhile.</summary>
    EndedElsewhere,
}
