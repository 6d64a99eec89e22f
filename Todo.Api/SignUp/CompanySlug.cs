using System.Text;
using Todo.Tenancy.Catalog;

namespace Todo.Api.SignUp;

/// <summary>What a company's tenant is called in addresses: its name, as far as a slug can hold it.</summary>
public static class CompanySlug
{
    // Leaves room for what is added when it is taken.
    private const int MaxLength = 48;
    private const string Fallback = "company";
    private const int Numbers = 9;

    // As the letters are written where the alphabet has no others. Whatever else is no letter of a slug becomes a hyphen.
    private static readonly (string Letters, string Slug)[] Latin =
    [
        ("àáâãāăąạảấầẩẫậắằẳẵặ", "a"), ("äæ", "ae"), ("å", "a"), ("çćĉċč", "c"), ("ďđð", "d"), ("èéêëēĕėęěẹẻẽếềểễệ", "e"), ("ĝğġģ", "g"), ("ĥħ", "h"),
        ("ìíîïĩīĭįıỉị", "i"), ("ĵ", "j"), ("ķ", "k"), ("ĺļľł", "l"), ("ñńņň", "n"), ("òóôõōŏőọỏốồổỗộơớờởỡợ", "o"), ("öøœ", "oe"), ("ŕŗř", "r"), ("śŝşšș", "s"), ("ß", "ss"),
        ("ţťŧț", "t"), ("þ", "th"), ("ùúûũūŭůűųụủưứừửữự", "u"), ("ü", "ue"), ("ŵ", "w"), ("ýÿŷỳỵỷỹ", "y"), ("źżž", "z"), ("&", "-and-"),
    ];

    private static readonly Dictionary<char, string> Spelling = Latin.SelectMany(row => row.Letters.Select(letter => (letter, row.Slug))).ToDictionary(pair => pair.letter, pair => pair.Slug);

    /// <summary>A valid slug from any name.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slug = new StringBuilder();
        foreach (var letter in name.ToLowerInvariant())
        {
            slug.Append(char.IsAsciiLetterOrDigit(letter) ? letter.ToString() : letter is '\'' or '’' or '.' ? "" : Spelling.GetValueOrDefault(letter, "-"));
        }

        var words = string.Join('-', slug.ToString().Split('-', StringSplitOptions.RemoveEmptyEntries));
        var text = (words.Length > MaxLength ? words[..MaxLength] : words).Trim('-');
        return TenantSlug.IsValid(text) ? text : text.Length == 0 ? Fallback : $"{text}-{Fallback}";
    }

    /// <summary>The slug, and what to take in turn while others have it; the last one nobody has.</summary>
    /// <param name="slug">From <see cref="Of"/>.</param>
    /// <param name="unique">Whose end is random, such as that of a version 7 UUID.</param>
    public static IReadOnlyList<string> Candidates(string slug, Guid unique) =>
        [slug, .. Enumerable.Range(2, Numbers - 1).Select(number => $"{slug}-{number}"), $"{slug}-{unique.ToString("N")[^12..]}"];
}
