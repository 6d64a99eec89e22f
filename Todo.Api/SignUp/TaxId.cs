namespace Todo.Api.SignUp;

/// <summary>The number under which a country's tax office knows a company.</summary>
internal static class TaxId
{
    public const int MinLength = 4;

    /// <summary>Longer than any country's.</summary>
    public const int MaxLength = 20;

    /// <summary>The one spelling that is stored and compared: letters and digits in upper case, without what people put between them.</summary>
    public static string Normalize(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();

    /// <summary>Whether a normalized one can be a tax id: of the lengths that there are, in Latin letters and digits, and not of letters alone.</summary>
    public static bool IsValid(string normalized) =>
        normalized.Length is >= MinLength and <= MaxLength && normalized.All(char.IsAsciiLetterOrDigit) && normalized.Any(char.IsAsciiDigit);
}
