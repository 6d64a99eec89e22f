using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Todo.Api.Mail;

/// <summary>The words of one mail in one language. In them, <c>{name}</c>, <c>{company}</c>, <c>{email}</c> and <c>{hours}</c> stand for values.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Before">Paragraphs before the link.</param>
/// <param name="Link">What the link says.</param>
/// <param name="After">Paragraphs after it.</param>
internal sealed record MailText(string Subject, IReadOnlyList<string> Before, string Link, IReadOnlyList<string> After);

/// <summary>All words of one language.</summary>
/// <param name="Greeting">How a mail begins.</param>
/// <param name="Closing">How it ends.</param>
/// <param name="Mails">By the template's name.</param>
internal sealed record MailLanguage(string Greeting, string Closing, IReadOnlyDictionary<string, MailText> Mails);

/// <summary>The words of all mails, from the files of <c>Mail/Texts</c>, one for each language.</summary>
internal static class MailTexts
{
    /// <summary>The language for those whose own there is not.</summary>
    public const string Default = "en";

    /// <summary>The languages that there are, by their ISO 639-1 codes.</summary>
    public static readonly FrozenDictionary<string, MailLanguage> Languages = Read();

    /// <summary>All words of a language, or of the default one.</summary>
    public static (string Code, MailLanguage Words) Of(string language) =>
        Languages.TryGetValue(language, out var words) ? (language, words) : (Default, Languages[Default]);

    private static FrozenDictionary<string, MailLanguage> Read()
    {
        const string Prefix = "mail.";
        var assembly = typeof(MailTexts).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(
            name => Path.GetFileNameWithoutExtension(name[Prefix.Length..]),
            name =>
            {
                using var file = assembly.GetManifestResourceStream(name)!;
                return JsonSerializer.Deserialize(file, MailJson.Default.MailLanguage)!;
            });
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(MailLanguage))]
internal sealed partial class MailJson : JsonSerializerContext;
