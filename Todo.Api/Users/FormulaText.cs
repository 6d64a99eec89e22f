using System.Text.RegularExpressions;

namespace Todo.Api.Users;

/// <summary>
/// Keeps a spreadsheet from running what people wrote as a formula: such text gets an apostrophe in front, which spreadsheets show as text
/// (OWASP, "CSV Injection"), and loses it again when it is read. Every text survives the way there and back.
/// </summary>
public static partial class FormulaText
{
    /// <summary>As it goes into a file.</summary>
    public static string Neutralize(string text) => Dangerous().IsMatch(text) ? "'" + text : text;

    /// <summary>As it was before.</summary>
    public static string Restore(string text) => text.StartsWith('\'') && Dangerous().IsMatch(text) ? text[1..] : text;

    // Apostrophes that are there already count in, so that one of ours can be told from them; one before anything else stays as it is.
    [GeneratedRegex(@"^'*[=+\-@\t\r\n]")]
    private static partial Regex Dangerous();
}
