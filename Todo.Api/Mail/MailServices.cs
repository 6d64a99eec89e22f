using MimeKit;

namespace Todo.Api.Mail;

/// <summary>Sends mail by SMTP if that is configured; in Development otherwise into a mailbox in memory; and else not at all, until somebody configures it.</summary>
internal static class MailServices
{
    public static void AddMail(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MailOptions>().BindConfiguration(MailOptions.Section)
            .Validate(options => !options.HasSmtp || options.PublicUrl is { IsAbsoluteUri: true, Scheme: "https" or "http" }, "Set Mail:PublicUrl to where people find the application, such as https://todo.example.com: links in mails begin with it.")
            .Validate(options => !options.HasSmtp || MailboxAddress.TryParse(options.From, out _), "Set Mail:From to the address that mails come from.")
            .Validate(options => options.Smtp.Timeout < options.Lease, "Mail:Smtp:Timeout is shorter than Mail:Lease: otherwise two would send the same mail.")
            .ValidateOnStart();
        var configured = builder.Configuration.GetSection(MailOptions.Section).Get<MailOptions>() ?? new MailOptions();
        if (configured.HasSmtp)
        {
            builder.Services.AddSingleton<IMailSender, SmtpMailSender>();
        }
        else if (builder.Environment.IsDevelopment())
        {
            builder.Services.AddSingleton<Mailbox>();
            builder.Services.AddSingleton<IMailSender>(provider => provider.GetRequiredService<Mailbox>());
        }
        else
        {
            builder.Services.AddHostedService<NoMailNotice>();
            return;
        }

        builder.Services.AddSingleton<MailMetrics>();
        builder.Services.AddSingleton<MailQueue>();
        builder.Services.AddSingleton<MailWriter>();
        builder.Services.AddHostedService<OutgoingMailService>();
    }
}
