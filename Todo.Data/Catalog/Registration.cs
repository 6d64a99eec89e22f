namespace Todo.Data.Catalog;

/// <summary>A sign-up, written down before anything is done for it, so that whoever dies half-way leaves something to go on with.</summary>
public sealed class Registration
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>The company that the person belongs to.</summary>
    public required Guid CompanyId { get; init; }

    /// <summary>Trimmed and in lower case.</summary>
    public required string Email { get; init; }

    /// <summary>The person's name, 1 to 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>The language of mails: <c>en</c>, <c>de</c>, <c>fr</c> or <c>pl</c>.</summary>
    public required string Language { get; init; }

    /// <summary>IANA time zone.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The slug that the company's tenant gets if this is the first person; a number is added if it is taken.</summary>
    public required string Slug { get; init; }

    /// <summary>How far it is.</summary>
    public required RegistrationState State { get; set; }

    /// <summary>Null until there is one.</summary>
    public Guid? TenantId { get; set; }

    /// <summary>The person in the tenant; null until there.</summary>
    public Guid? UserId { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset TermsAcceptedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; set; }

    /// <summary>UTC; before that nobody takes it up.</summary>
    public required DateTimeOffset NotBefore { get; set; }
}

/// <summary>How far a sign-up is.</summary>
public enum RegistrationState
{
    /// <summary>Written down.</summary>
    Recorded,

    /// <summary>The company has its tenant, the person is in it, and the mail is on its way: one transaction brings all of that about.</summary>
    Done,

    /// <summary>It can't be done, such as for an account that there is already; a mail says so to whom it may concern.</summary>
    Abandoned,
}
