using MailKit.Security;

namespace Todo.Api.Mail;

/// <summary>The configuration section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    /// <summary>Its name.</summary>
    public const string Section = "Mail";

    /// <summary>Where people find the application, such as <c>https://todo.example.com</c>; links in mails begin with it. Required with SMTP.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>The sender's address. Required with SMTP.</summary>
    public string? From { get; init; }

    /// <summary>The sender's name.</summary>
    public string FromName { get; init; } = "Todo";

    /// <summary>The mail server; without a host there is none.</summary>
    public SmtpOptions Smtp { get; init; } = new();

    /// <summary>How often it is looked whether there is mail to be sent.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>After this long a mail that somebody took and neither sent nor gave back is taken again; longer than an attempt may take.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after the first failure a mail is tried again; each further one doubles it, up to an hour.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether mail goes out by SMTP.</summary>
    public bool HasSmtp => !string.IsNullOrWhiteSpace(Smtp.Host);
}

/// <summary>The mail server (RFC 6409, message submission).</summary>
public sealed class SmtpOptions
{
    /// <summary>Its name; null: none.</summary>
    public string? Host { get; init; }

    /// <summary>Its port.</summary>
    public int Port { get; init; } = 587;

    /// <summary>Who signs in there; null: nobody does.</summary>
    public string? User { get; init; }

    /// <summary>That one's password.</summary>
    public string? Password { get; init; }

    /// <summary>How the connection is encrypted. Not at all only if that is said: mails carry tokens.</summary>
    public SecureSocketOptions Security { get; init; } = SecureSocketOptions.StartTls;

    /// <summary>How long one attempt may take; shorter than <see cref="MailOptions.Lease"/>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
