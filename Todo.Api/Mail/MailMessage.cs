namespace Todo.Api.Mail;

/// <summary>A mail, ready to be sent.</summary>
/// <param name="Id">The same each time the same mail is sent, so that a mail system can tell a repetition.</param>
/// <param name="To">The address.</param>
/// <param name="ToName">The person's name.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">For those who read plain text.</param>
/// <param name="Html">The same in HTML.</param>
public sealed record MailMessage(Guid Id, string To, string ToName, string Subject, string Text, string Html);
