namespace Todo.Api.Mail;

/// <summary>Hands mail to whoever delivers it.</summary>
public interface IMailSender
{
    /// <summary>Sends a mail; once it returns, somebody else is responsible for it.</summary>
    /// <exception cref="MailException">It was not taken; the exception says whether it is worth trying again.</exception>
    Task SendAsync(MailMessage message, CancellationToken cancellationToken);
}

/// <summary>A mail was not taken.</summary>
/// <param name="message">Why, for an operator.</param>
/// <param name="isPermanent">True: it will never be, such as for an address that does not exist.</param>
/// <param name="inner">What it came from.</param>
public sealed class MailException(string message, bool isPermanent, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>True: trying again is of no use.</summary>
    public bool IsPermanent { get; } = isPermanent;
}
