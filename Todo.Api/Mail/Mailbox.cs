namespace Todo.Api.Mail;

/// <summary>Where mail goes in Development: the newest few stay in memory, to be read at <c>GET /dev/mailbox</c>.</summary>
internal sealed class Mailbox(TimeProvider clock) : IMailSender
{
    private const int Most = 100;

    private readonly Queue<ReceivedMail> _received = new();

    public Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        lock (_received)
        {
            _received.Enqueue(new ReceivedMail(message.Id, clock.GetUtcNow(), message.To, message.Subject, message.Text, message.Html));
            if (_received.Count > Most)
            {
                _received.Dequeue();
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>The newest first.</summary>
    public IReadOnlyList<ReceivedMail> Read()
    {
        lock (_received)
        {
            return [.. _received.Reverse()];
        }
    }
}

/// <summary>A mail that was sent in Development.</summary>
/// <param name="Id">The mail's id.</param>
/// <param name="SentAt">UTC.</param>
/// <param name="To">The address that it is for.</param>
/// <param name="Subject">One line.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">The same in HTML.</param>
public sealed record ReceivedMail(Guid Id, DateTimeOffset SentAt, string To, string Subject, string Text, string Html);

/// <summary>The mailbox of Development.</summary>
/// <param name="Items">The newest first, at most 100.</param>
public sealed record MailboxResponse(IReadOnlyList<ReceivedMail> Items);
