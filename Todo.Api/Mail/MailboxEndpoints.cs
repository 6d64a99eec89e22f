using System.Net;
using System.Text;

namespace Todo.Api.Mail;

/// <summary>Shows a developer the mails that would have gone out. It exists in Development only.</summary>
internal static class MailboxEndpoints
{
    public static void MapMailbox(this WebApplication app)
    {
        if (app.Services.GetService<Mailbox>() is null)
        {
            return;
        }

        app.MapGet("/dev/mailbox", (HttpContext context, Mailbox mailbox) =>
            context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
                ? Results.Content(Page(mailbox.Read()), "text/html; charset=utf-8")
                : Results.Ok(new MailboxResponse(mailbox.Read())))
            .AllowAnonymous().ExcludeFromDescription();
    }

    // The plain text of each mail: a page of ours that shows others' HTML would have to trust it.
    private static string Page(IReadOnlyList<ReceivedMail> mails)
    {
        var page = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mailbox</title></head><body><h1>Mailbox</h1>");
        page.Append(mails.Count == 0 ? "<p>No mail yet.</p>" : "");
        foreach (var mail in mails)
        {
            page.Append("<article><h2>").Append(Encode(mail.Subject)).Append("</h2><p>To ").Append(Encode(mail.To))
                .Append(", ").Append(Encode(mail.SentAt.ToString("u"))).Append("</p><pre>").Append(Encode(mail.Text)).Append("</pre></article><hr>");
        }

        return page.Append("</body></html>").ToString();
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
