using System.Globalization;
using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>One entry of BYDAY: every such weekday of the period, or only the n-th one of the month or year.</summary>
/// <param name="Day">The day of the week.</param>
/// <param name="Ordinal">1 is the first, -1 the last, 0 every one; -53 to 53.</param>
public readonly record struct RuleDay(IsoDayOfWeek Day, int Ordinal = 0)
{
    private static readonly string[] Names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    /// <summary>As in a rule: <c>MO</c>, <c>-1FR</c>.</summary>
    public override string ToString() =>
        Ordinal == 0 ? NameOf(Day) : Ordinal.ToString(CultureInfo.InvariantCulture) + NameOf(Day);

    internal static string NameOf(IsoDayOfWeek day) => Names[(int)day - 1];

    internal static bool TryName(ReadOnlySpan<char> name, out IsoDayOfWeek day)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (name.Equals(Names[i], StringComparison.OrdinalIgnoreCase))
            {
                day = (IsoDayOfWeek)(i + 1);
                return true;
            }
        }
        day = IsoDayOfWeek.None;
        return false;
    }
}
