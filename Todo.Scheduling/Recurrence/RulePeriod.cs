using NodaTime;

namespace Todo.Scheduling.Recurrence;

/// <summary>
/// The occurrences of one period (a year, a month, … a second): every time on every day. They are counted and indexed without being listed, so that
/// BYSETPOS costs nothing even where a period has millions of them.
/// </summary>
/// <param name="Days">The days, ascending.</param>
/// <param name="From">What to add to each of <paramref name="Times"/>, in seconds since midnight.</param>
/// <param name="Times">Seconds, ascending.</param>
internal readonly record struct RulePeriod(IReadOnlyList<LocalDate> Days, int From, IReadOnlyList<int> Times)
{
    public long Count => (long)Days.Count * Times.Count;

    public LocalDateTime this[long index] =>
        Days[(int)(index / Times.Count)] + LocalTime.FromSecondsSinceMidnight(From + Times[(int)(index % Times.Count)]);

    /// <summary>The indexes that BYSETPOS leaves, ascending.</summary>
    public IEnumerable<long> Chosen(IReadOnlyList<int> positions)
    {
        var count = Count;
        if (positions.Count > 0)
        {
            return positions.Select(position => position > 0 ? position - 1 : count + position)
                .Where(index => index >= 0 && index < count).Distinct().Order();
        }
        return All(count);

        static IEnumerable<long> All(long count)
        {
            for (var i = 0L; i < count; i++)
            {
                yield return i;
            }
        }
    }
}
