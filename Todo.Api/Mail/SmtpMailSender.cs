using System.Diagnostics;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Todo.Api.Tracing;

namespace Todo.Api.Mail;

/// <summary>Sends mail through the configured server, over a connection of its own each.</summary>
internal sealed class SmtpMailSender(IOptions<MailOptions> options) : IMailSender
{
    // Mailbox unavailable, not local, name not allowed (RFC 5321 §4.2.3): no server will think otherwise in an hour. Other refusals, such as of a
    // sign-in, are about us.
    private static readonly SmtpStatusCode[] AboutTheAddress =
        [SmtpStatusCode.MailboxUnavailable, SmtpStatusCode.UserNotLocalTryAlternatePath, SmtpStatusCode.MailboxNameNotAllowed];

    public async Task SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        var smtp = options.Value.Smtp;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(smtp.Timeout);
        using var span = ApiSpans.Source.StartActivity("SMTP", ActivityKind.Client);
        span?.SetTag("server.address", smtp.Host).SetTag("server.port", smtp.Port).SetTag("network.protocol.name", "smtp");
        try
        {
            using var mime = Compose(message);
            using var client = new SmtpClient();
            await client.ConnectAsync(smtp.Host!, smtp.Port, smtp.Security, patience.Token);
            if (smtp.User is not null)
            {
                await client.AuthenticateAsync(smtp.User, smtp.Password ?? "", patience.Token);
            }

            await client.SendAsync(mime, patience.Token);
            await QuitAsync(client, patience.Token);
        }
        catch (SmtpCommandException exception)
        {
            span.Fail(exception);
            throw new MailException($"The mail server refused the mail: {(int)exception.StatusCode} {exception.Message}", AboutTheAddress.Contains(exception.StatusCode), exception);
        }
        catch (ParseException exception)
        {
            throw new MailException("The person's e-mail address is not one that mail can be sent to.", isPermanent: true, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            span.Fail(exception);
            throw new MailException($"The mail server took longer than {smtp.Timeout.TotalSeconds:0} s.", isPermanent: false, exception);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ProtocolException or AuthenticationException or ServiceNotConnectedException or NotSupportedException)
        {
            span.Fail(exception);
            throw new MailException($"The mail server can't be used: {exception.Message}", isPermanent: false, exception);
        }
    }

    // The mail is taken; that the goodbye fails changes nothing.
    private static async Task QuitAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.DisconnectAsync(quit: true, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ProtocolException or OperationCanceledException)
        {
        }
    }

    private MimeMessage Compose(MailMessage message)
    {
        var from = new MailboxAddress(options.Value.FromName, options.Value.From!);
        return new MimeMessage
        {
            From = { from },
            To = { new MailboxAddress(message.ToName, message.To) },
            Subject = message.Subject,
            MessageId = $"{message.Id:N}@{from.Domain}",

            // Nobody's holiday notice needs to come back (RFC 3834 §5).
            Headers = { { "Auto-Submitted", "auto-generated" } },
            Body = new BodyBuilder { TextBody = message.Text, HtmlBody = message.Html }.ToMessageBody(),
        };
    }
}
