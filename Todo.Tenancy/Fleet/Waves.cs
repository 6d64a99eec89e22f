namespace Todo.Tenancy.Fleet;

/// <summary>How a run spreads: <c>1, 10%, 100%</c> is one canary, then up to a tenth of the tenants, then all. Each share counts from the beginning.</summary>
/// <param name="Shares">Growing; what they leave out is one more wave.</param>
public sealed record Waves(IReadOnlyList<Share> Shares)
{
    /// <summary>Everybody at once.</summary>
    public static readonly Waves One = new([new Share(100, true)]);

    /// <summary>A canary, a tenth, the rest.</summary>
    public static readonly Waves Default = Parse("1,10%,100%");

    /// <summary>Reads shares with commas between.</summary>
    /// <exception cref="FormatException">One of them is malformed.</exception>
    public static Waves Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new Waves([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Share.Parse)]);
    }

    /// <summary>Where each wave ends, for so many tenants: growing positions, the last one being <paramref name="total"/>. Waves that would be empty are left out.</summary>
    public IReadOnlyList<int> Ends(int total)
    {
        var ends = new List<int>();
        foreach (var end in Shares.Select(share => share.Of(total)).Append(total))
        {
            if (end > (ends.Count == 0 ? 0 : ends[^1]))
            {
                ends.Add(end);
            }
        }

        return ends;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Shares);
}
