using Todo.Data.Access;

namespace Todo.Api.Mail;

/// <summary>The mails that there are; each has its words in <c>Texts/</c>, in every language.</summary>
public static class MailTemplate
{
    /// <summary>Proves the address of somebody who signed up.</summary>
    public const string Activation = "activation";

    /// <summary>To those who may let people in: somebody waits.</summary>
    public const string ApprovalNeeded = "approval_needed";

    /// <summary>To somebody who was let in.</summary>
    public const string Approved = "approved";

    /// <summary>To somebody whom a colleague invited.</summary>
    public const string Invitation = "invitation";

    /// <summary>To somebody who has forgotten the password.</summary>
    public const string PasswordReset = "password_reset";

    /// <summary>To somebody with whose address somebody signed up again.</summary>
    public const string AccountExists = "account_exists";

    /// <summary>To those who may let people in: somebody signed up, and there is no room for another account.</summary>
    public const string AccountLimitReached = "account_limit_reached";

    /// <summary>To somebody who was given another role.</summary>
    public const string RoleChanged = "role_changed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Activation, ApprovalNeeded, Approved, Invitation, PasswordReset, AccountExists, AccountLimitReached, RoleChanged];

    /// <summary>What the token in the mail is good for; null: there is none in it.</summary>
    public static TokenPurpose? Purpose(string template) => template switch
    {
        Activation => TokenPurpose.Activation,
        Invitation => TokenPurpose.Invitation,
        PasswordReset => TokenPurpose.PasswordReset,
        _ => null,
    };

    /// <summary>Where the link leads, below <see cref="MailOptions.PublicUrl"/>.</summary>
    public static string Page(string template) => template switch
    {
        Activation => "activate",
        Invitation => "accept-invitation",
        PasswordReset => "reset-password",
        ApprovalNeeded or AccountLimitReached => "people",
        _ => "sign-in",
    };
}
