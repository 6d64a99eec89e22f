using System.Globalization;

namespace Todo.Tenancy.Fleet;

/// <summary>A number of tenants, or a percentage of them: <c>5</c> or <c>10%</c>.</summary>
/// <param name="Value">Not negative; at most 100 as a percentage.</param>
/// <param name="IsPercent">Whether it is a percentage.</param>
public readonly record struct Share(double Value, bool IsPercent)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is neither form.</exception>
    public static Share Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var isPercent = trimmed.EndsWith('%');
        return double.TryParse(isPercent ? trimmed[..^1] : trimmed, isPercent ? NumberStyles.AllowDecimalPoint : NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && (!isPercent || value <= 100)
            ? new Share(value, isPercent)
            : throw new FormatException($"'{text}' is neither a number of tenants such as 5 nor a percentage such as 10%.");
    }

    /// <summary>How many that is, rounded up, and at most all.</summary>
    public int Of(int total) => (int)Math.Min(total, IsPercent ? Math.Ceiling(total * Value / 100) : Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture) + (IsPercent ? "%" : "");
}
