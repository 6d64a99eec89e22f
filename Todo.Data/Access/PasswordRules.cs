using System.Globalization;
using System.Text;

namespace Todo.Data.Access;

/// <summary>
/// Which passwords are accepted: by length, and by not being what everybody tries first. Classes of characters are not asked for (NIST SP 800-63B §5.1.1.2
/// advises against it): they make passwords hard for people, and not for machines.
/// </summary>
public static class PasswordRules
{
    // Words of a name that are shorter stand in too many good passwords.
    private const int ShortestWord = 4;

    // What must be left of a password when its words that anybody would try are taken out.
    private const int LeastOwn = 6;

    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    // As people write letters when a form asks for digits and symbols.
    private static readonly Dictionary<char, char> Disguises = new()
    {
        ['0'] = 'o',
        ['1'] = 'i',
        ['!'] = 'i',
        ['3'] = 'e',
        ['4'] = 'a',
        ['@'] = 'a',
        ['5'] = 's',
        ['$'] = 's',
        ['7'] = 't',
        ['8'] = 'b',
    };

    /// <summary>The rule that a password breaks, for the person who chose it; null if it is accepted.</summary>
    /// <param name="password">The password.</param>
    /// <param name="own">What is the person's own, such as name, e-mail address and company.</param>
    public static string? Check(string password, IEnumerable<string> own)
    {
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(own);
        if (password.Length is < PersonPassword.MinLength or > PersonPassword.MaxLength)
        {
            return $"A password has {PersonPassword.MinLength} to {PersonPassword.MaxLength} characters.";
        }

        var plain = Fold(password);
        if (plain.Distinct().Count() < 4 || IsRun(plain))
        {
            return "This password is a row of characters that anybody would try. Several words that have nothing to do with each other make a good one.";
        }

        if (Cores(plain).Any(core => core.Length == 0 || Common.Value.Contains(core) || IsRepeated(core)))
        {
            return "This password is among those that are tried first. Several words that have nothing to do with each other make a good one.";
        }

        var left = own.SelectMany(Words).Distinct().OrderByDescending(word => word.Length)
            .Aggregate(plain, (text, word) => text.Replace(word, "", StringComparison.Ordinal));
        return left.Length < plain.Length && left.Count(char.IsLetter) < LeastOwn
            ? "This password is made of your own name, e-mail address or company, which others know. Choose other words."
            : null;
    }

    // The letters as they are and undisguised, each without the digits and symbols around them; and with all of those left out.
    private static IEnumerable<string> Cores(string plain)
    {
        var undisguised = string.Concat(plain.Select(letter => Disguises.GetValueOrDefault(letter, letter)));
        yield return Trim(plain);
        yield return Trim(undisguised);
        yield return string.Concat(Trim(plain).Select(letter => Disguises.GetValueOrDefault(letter, letter)).Where(char.IsLetter));
        yield return string.Concat(plain.Where(char.IsLetter));
    }

    private static string Trim(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && !char.IsLetter(text[start]))
        {
            start++;
        }

        while (end > start && !char.IsLetter(text[end - 1]))
        {
            end--;
        }

        return text[start..end];
    }

    // abcdefghij, 9876543210: each character is one more, or one less, than the one before.
    private static bool IsRun(string text)
    {
        var steps = text.Zip(text.Skip(1), (one, next) => next - one).Distinct().ToArray();
        return steps is [1] or [-1] or [0];
    }

    // The same word twice or more.
    private static bool IsRepeated(string text)
    {
        for (var length = 1; length <= text.Length / 2; length++)
        {
            if (text.Length % length == 0 && text == string.Concat(Enumerable.Repeat(text[..length], text.Length / length)) && (length < LeastOwn || Common.Value.Contains(text[..length])))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Words(string text) =>
        Fold(text).Split([' ', '@', '.', '-', '_', '+', ',', '&'], StringSplitOptions.RemoveEmptyEntries).Where(word => word.Length >= ShortestWord).Append(Fold(text)).Where(word => word.Length >= ShortestWord);

    // Lower case, and accents left out.
    private static string Fold(string text) => string.Concat(
        text.Normalize(NormalizationForm.FormD).Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)).ToLowerInvariant();

    private static HashSet<string> ReadCommon()
    {
        using var resource = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(resource);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
