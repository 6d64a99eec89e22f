using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes up a random text.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Without i, l, o and their capitals, which are easily mistaken for each other and for digits.
    private const string LowerCase = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCase = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Specials = "-_.{}~()*+!";

    /// <summary>How long it is at least, in characters; the sum of the other minimums if that is more.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether it has small letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether it has capital letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether it has digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether it has other characters.</summary>
    public bool Special { get; set; } = true;

    /// <summary>How many small letters at least.</summary>
    public int MinLower { get; set; }

    /// <summary>How many capital letters at least.</summary>
    public int MinUpper { get; set; }

    /// <summary>How many digits at least.</summary>
    public int MinNumeric { get; set; }

    /// <summary>How many other characters at least.</summary>
    public int MinSpecial { get; set; }

    /// <summary>A new text each time.</summary>
    /// <exception cref="InvalidOperationException">No kind of character is allowed, or one is asked for that is not.</exception>
    public override string GetDefaultValue()
    {
        var text = new List<char>();
        var all = string.Empty;
        foreach (var (allowed, minimum, characters) in
            new[] { (Lower, MinLower, LowerCase), (Upper, MinUpper, UpperCase), (Numeric, MinNumeric, Digits), (Special, MinSpecial, Specials) })
        {
            if (!allowed && minimum > 0)
            {
                throw new InvalidOperationException("A minimum is set for characters that are not allowed.");
            }

            all += allowed ? characters : string.Empty;
            text.AddRange(RandomNumberGenerator.GetItems(characters.AsSpan(), minimum));
        }

        if (all.Length == 0)
        {
            throw new InvalidOperationException("No kind of character is allowed.");
        }

        text.AddRange(RandomNumberGenerator.GetItems(all.AsSpan(), Math.Max(0, MinLength - text.Count)));
        var shuffled = text.ToArray();
        RandomNumberGenerator.Shuffle(shuffled.AsSpan());
        return new(shuffled);
    }
}
