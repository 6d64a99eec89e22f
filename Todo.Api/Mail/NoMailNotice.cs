namespace Todo.Api.Mail;

/// <summary>Says once, at the start, that nobody will get mail.</summary>
internal sealed partial class NoMailNotice(ILogger<NoMailNotice> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        LogNoMail();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "No mail is sent: set Mail:Smtp:Host, Mail:From and Mail:PublicUrl. Until then it waits in outgoing_mail, for three days at most")]
    private partial void LogNoMail();
}
