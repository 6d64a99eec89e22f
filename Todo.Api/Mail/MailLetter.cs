using System.Net;
using System.Text;

namespace Todo.Api.Mail;

/// <summary>What a mail is about.</summary>
/// <param name="Template">Which mail.</param>
/// <param name="Language">The person's language.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Email">The person's address.</param>
/// <param name="Company">The tenant's name.</param>
/// <param name="Link">Where the link leads.</param>
/// <param name="Hours">How long the link is good.</param>
internal sealed record MailLetter(string Template, string Language, string Name, string Email, string Company, Uri Link, int Hours)
{
    // No colours, pictures or fonts: every mail program shows this, in the reader's own settings.
    private const string Style = "max-width:36em;margin:1em auto;padding:0 1em;font-family:sans-serif;line-height:1.5";

    /// <summary>The mail in the person's language, or in English.</summary>
    public MailMessage Compose(Guid id)
    {
        var (code, words) = MailTexts.Of(Language);
        var mail = words.Mails[Template];
        return new MailMessage(id, Email, OneLine(Name), OneLine(Fill(mail.Subject, static value => value)), Text(words, mail), Html(code, words, mail));
    }

    private string Text(MailLanguage words, MailText mail)
    {
        string[] paragraphs = [words.Greeting, .. mail.Before, $"{mail.Link}:\n{Link.AbsoluteUri}", .. mail.After, words.Closing];

        // A value with a line of its own could pretend to be a paragraph of ours.
        return string.Join("\n\n", paragraphs.Select(paragraph => Fill(paragraph, OneLine))) + "\n";
    }

    private string Html(string code, MailLanguage words, MailText mail)
    {
        var html = new StringBuilder($"<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"></head><body><div style=\"{Style}\">");
        Append(words.Greeting);
        Array.ForEach([.. mail.Before], Append);
        html.Append("<p><a href=\"").Append(WebUtility.HtmlEncode(Link.AbsoluteUri)).Append("\">").Append(WebUtility.HtmlEncode(mail.Link)).Append("</a></p>");
        Array.ForEach([.. mail.After], Append);
        Append(words.Closing);
        return html.Append("</div></body></html>").ToString();

        void Append(string paragraph) => html.Append("<p>").Append(Fill(WebUtility.HtmlEncode(paragraph), value => WebUtility.HtmlEncode(OneLine(value)))).Append("</p>");
    }

    // One pass, so that a value with braces in it stays what it is.
    private string Fill(string words, Func<string, string> encode)
    {
        var filled = new StringBuilder(words.Length);
        for (var rest = words.AsSpan(); rest.Length > 0;)
        {
            var open = rest.IndexOf('{');
            var close = open < 0 ? -1 : rest[open..].IndexOf('}');
            if (close < 0)
            {
                filled.Append(rest);
                break;
            }

            filled.Append(rest[..open]).Append(encode(Value(rest.Slice(open + 1, close - 1))));
            rest = rest[(open + close + 1)..];
        }

        return filled.ToString();
    }

    private string Value(ReadOnlySpan<char> name) => name switch
    {
        "name" => Name,
        "company" => Company,
        "email" => Email,
        "hours" => $"{Hours}",
        _ => throw new InvalidOperationException($"The words of mail '{Template}' ask for '{name}', which no mail has."),
    };

    private static string OneLine(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
