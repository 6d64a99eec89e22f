using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OpenTelemetry;
using Todo.Api.Tracing;

namespace Todo.Api.Mail;

/// <summary>Sends what is written down in <c>outgoing_mail</c>, one mail after the other; every replica does.</summary>
internal sealed partial class OutgoingMailService(
    MailQueue queue, MailWriter writer, IMailSender sender, MailMetrics metrics, TimeProvider clock, IOptions<MailOptions> options, ILogger<OutgoingMailService> logger) : BackgroundService
{
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(options.Value.Interval);
        try
        {
            do
            {
                while (await TryOneAsync(stoppingToken))
                {
                }
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what it had taken is taken by another after the lease.
        }
    }

    // Whether there was one.
    private async Task<bool> TryOneAsync(CancellationToken cancellationToken)
    {
        try
        {
            QueuedMail? mail;

            // A trace every second would tell nothing.
            using (SuppressInstrumentationScope.Begin())
            {
                mail = await queue.TakeAsync(cancellationToken);
            }

            if (mail is not null)
            {
                await SendAsync(mail, cancellationToken);
            }

            _isAway = false;
            return mail is not null;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // There is no catalog yet, or it is an older one.
            return false;
        }
        catch (Exception exception) when (exception is NpgsqlException or DbUpdateException or TimeoutException || exception.InnerException is NpgsqlException)
        {
            if (!_isAway)
            {
                LogAway(exception.GetBaseException().Message);
            }

            _isAway = true;
            return false;
        }
    }

    private async Task SendAsync(QueuedMail mail, CancellationToken cancellationToken)
    {
        // Part of the trace of the request that made it necessary, however long ago.
        ActivityContext.TryParse(mail.TraceParent, null, isRemote: true, out var cause);
        using var span = ApiSpans.Source.StartActivity("mail send", ActivityKind.Consumer, cause);
        var tenant = mail.TenantId.ToString();
        span?.SetTag("tenant.id", tenant).SetTag("enduser.id", mail.UserId).SetTag("todo.mail.template", mail.Template).SetTag("todo.mail.attempt", mail.Attempts).AddBaggage("tenant.id", tenant);
        try
        {
            await sender.SendAsync(await writer.WriteAsync(mail, cancellationToken), cancellationToken);
        }
        catch (MailException exception)
        {
            span.Fail(exception);
            metrics.Failed(mail, exception.IsPermanent);
            LogNotSent(mail.Template, mail.Id, mail.TenantId, mail.Attempts, exception.Message);
            await queue.FailedAsync(mail, exception.Message, exception.IsPermanent, cancellationToken);
            return;
        }

        metrics.Sent(mail, clock.GetUtcNow() - mail.CreatedAt);
        await queue.SentAsync(mail, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail '{Template}' {MailId} of tenant {TenantId} was not sent at attempt {Attempt}: {Reason}")]
    private partial void LogNotSent(string template, Guid mailId, Guid tenantId, int attempt, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No mail is sent until the database is back: {Reason}")]
    private partial void LogAway(string reason);
}
