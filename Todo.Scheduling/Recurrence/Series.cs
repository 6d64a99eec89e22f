using NodaTime;
using NodaTime.TimeZones;

namespace Todo.Scheduling.Recurrence;

/// <summary>
/// Something that happens again and again: a start, a rule, and what a person changed about single occurrences. Immutable, cheap to make, and safe for a
/// rule of a stranger: every look into it is bounded by <see cref="SearchLimits"/>.
/// </summary>
/// <remarks>
/// A start that does not fit its rule is no occurrence: the first one is the first that the rule names (RFC 5545 leaves this open).
/// A local time that the clocks skip is taken with the offset before the gap; one that comes twice is the first (RFC 5545 §3.3.5).
/// </remarks>
public sealed record Series
{
    private static readonly Duration WidestOffset = Duration.FromHours(48);
    private static readonly LocalDateTime FirstTime = new(1, 1, 3, 0, 0);
    private static readonly LocalDateTime LastTime = new(9998, 12, 29, 0, 0);

    private Series(LocalDateTime start, DateTimeZone zone, bool isAllDay, RecurrenceRule rule)
    {
        if (isAllDay && rule.HasTimeOfDay)
        {
            throw new ArgumentException($"{rule}: a series of whole days cannot repeat by the hour, minute or second.", nameof(rule));
        }
        if (start.Year is < 1 or > 9998)
        {
            throw new ArgumentOutOfRangeException(nameof(start), start, "A series starts in the years 1 to 9998.");
        }
        Start = start;
        Zone = zone;
        IsAllDay = isAllDay;
        Rule = rule;
    }

    /// <summary>A series of whole days.</summary>
    /// <param name="start">The first day.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="viewer">The zone of whoever looks: a whole day starts at its own midnight everywhere.</param>
    /// <exception cref="ArgumentException">The rule has a time of day (<see cref="RecurrenceRule.HasTimeOfDay"/>).</exception>
    public static Series OfDays(LocalDate start, RecurrenceRule rule, DateTimeZone viewer) => new(start.AtMidnight(), viewer, true, rule);

    /// <summary>A series at a time of day in a zone; fractions of a second are cut.</summary>
    public static Series OfTimes(LocalDateTime start, DateTimeZone zone, RecurrenceRule rule) =>
        new(start.With(TimeAdjusters.TruncateToSecond), zone, false, rule);

    /// <summary>DTSTART; midnight for whole days.</summary>
    public LocalDateTime Start { get; }

    /// <summary>The zone the series lives in.</summary>
    public DateTimeZone Zone { get; }

    /// <summary>Whether occurrences are whole days.</summary>
    public bool IsAllDay { get; }

    /// <summary>RRULE.</summary>
    public RecurrenceRule Rule { get; }

    /// <summary>EXDATE: the originals of occurrences that are left out. They still count for COUNT.</summary>
    public IReadOnlyCollection<LocalDateTime> Excluded { get; init; } = [];

    /// <summary>RDATE: occurrences beside the rule's.</summary>
    public IReadOnlyCollection<LocalDateTime> Added { get; init; } = [];

    /// <summary>
    /// Occurrences that were moved: from their original to where they start now. They stay where they were put when the rule no longer names their original.
    /// An original that is also in <see cref="Excluded"/> is left out.
    /// </summary>
    public IReadOnlyDictionary<LocalDateTime, LocalDateTime> Moved { get; init; } = new Dictionary<LocalDateTime, LocalDateTime>();

    /// <summary>The occurrences that start in a window.</summary>
    /// <param name="from">Inclusive.</param>
    /// <param name="to">Exclusive.</param>
    /// <param name="limits">The bounds; <see cref="SearchLimits.Default"/> when null.</param>
    public Expansion Expand(Instant from, Instant to, SearchLimits? limits = null)
    {
        limits ??= SearchLimits.Default;
        var budget = new SearchBudget(limits.Steps);
        var found = new List<Occurrence>();
        foreach (var occurrence in Enumerate(from, to, budget))
        {
            if (found.Count == limits.Occurrences)
            {
                return new Expansion(found, ExpansionEnd.TooMany,
                    $"{Rule} has more than {limits.Occurrences} occurrences in this window: the first {limits.Occurrences} are shown; ask for a shorter window.", budget.Spent);
            }
            found.Add(occurrence);
        }
        return budget.IsExhausted
            ? new Expansion(found, ExpansionEnd.GaveUp, GaveUp(found.Count == 0 ? "no occurrence was found" : "not all occurrences were found", limits), budget.Spent)
            : new Expansion(found, ExpansionEnd.Complete, null, budget.Spent);
    }

    /// <summary>The first occurrence that starts after an instant.</summary>
    /// <param name="after">Exclusive.</param>
    /// <param name="limits">The bounds; <see cref="SearchLimits.Default"/> when null.</param>
    public NextOccurrence Next(Instant after, SearchLimits? limits = null)
    {
        limits ??= SearchLimits.Default;
        var budget = new SearchBudget(limits.Steps);
        var from = after < Instant.MaxValue ? after + Duration.Epsilon : after;
        foreach (var occurrence in Enumerate(from, Instant.MaxValue, budget))
        {
            return new NextOccurrence(occurrence, null);
        }
        return new NextOccurrence(null, budget.IsExhausted ? GaveUp("no next occurrence was found", limits) : null);
    }

    private string GaveUp(string what, SearchLimits limits) =>
        $"{Rule}: {what} within {limits.Steps} steps from {(IsAllDay ? Start.Date.ToString("uuuu-MM-dd", null) : Start.ToString("uuuu-MM-dd'T'HH:mm", null))}; check that the rule names days that exist.";

    private IEnumerable<Occurrence> Enumerate(Instant from, Instant to, SearchBudget budget)
    {
        var excluded = Excluded.ToHashSet();
        var byHand = Added.Where(time => !Moved.ContainsKey(time)).Distinct().Select(time => At(time, time))
            .Concat(Moved.Select(pair => At(pair.Key, pair.Value)))
            .Where(occurrence => !excluded.Contains(occurrence.Original) && occurrence.Instant >= from && occurrence.Instant < to)
            .OrderBy(occurrence => occurrence.Instant).ThenBy(occurrence => occurrence.Original).ToArray();
        var next = 0;
        var givenByHand = byHand.Select(occurrence => occurrence.Original).ToHashSet();
        foreach (var occurrence in OfRule(from, to, budget))
        {
            if (excluded.Contains(occurrence.Original) || Moved.ContainsKey(occurrence.Original) || givenByHand.Contains(occurrence.Original))
            {
                continue;
            }
            while (next < byHand.Length && byHand[next].Instant <= occurrence.Instant)
            {
                yield return byHand[next++];
            }
            yield return occurrence;
        }
        while (next < byHand.Length)
        {
            yield return byHand[next++];
        }
    }

    /// <summary>The rule's own occurrences as instants, ascending.</summary>
    /// <remarks>
    /// Times in a gap of the clocks move behind it, past times that the rule names there: they wait until it is their turn. Of two that become the same
    /// instant, one is left.
    /// </remarks>
    private IEnumerable<Occurrence> OfRule(Instant from, Instant to, SearchBudget budget)
    {
        var waiting = new Queue<Occurrence>();
        var last = Instant.MinValue;
        var earliest = Local(from, -WidestOffset, FirstTime);
        var latest = Local(to, WidestOffset, LastTime);
        var until = Rule.Until is { } end ? Last(end) : Instant.MaxValue;
        if (until < to)
        {
            latest = Local(until, WidestOffset, LastTime);
        }
        foreach (var local in new RuleSearch(Rule, Start, budget).Between(earliest, latest))
        {
            var occurrence = At(local, local);
            if (occurrence.Start != local)
            {
                waiting.Enqueue(occurrence);
                continue;
            }
            while (waiting.TryPeek(out var first) && first.Instant <= occurrence.Instant)
            {
                if (IsNext(waiting.Dequeue()))
                {
                    yield return first;
                }
            }
            if (occurrence.Instant >= to)
            {
                break;
            }
            if (IsNext(occurrence))
            {
                yield return occurrence;
            }
        }
        while (waiting.TryDequeue(out var occurrence))
        {
            if (IsNext(occurrence))
            {
                yield return occurrence;
            }
        }

        bool IsNext(Occurrence occurrence)
        {
            if (occurrence.Instant <= last || occurrence.Instant < from || occurrence.Instant >= to || occurrence.Instant > until)
            {
                return false;
            }
            last = occurrence.Instant;
            return true;
        }
    }

    private Instant Last(RuleEnd end) => end.Form switch
    {
        RuleEndForm.Utc when !IsAllDay => end.Value.InUtc().ToInstant(),
        RuleEndForm.Local when !IsAllDay => At(end.Value, end.Value).Instant,
        _ => Zone.AtStartOfDay(end.Value.Date.PlusDays(1)).ToInstant() - Duration.Epsilon,
    };

    private Occurrence At(LocalDateTime original, LocalDateTime start)
    {
        var zoned = Zone.ResolveLocal(start, Resolvers.LenientResolver);
        // A whole day whose midnight is skipped is still that day.
        return new Occurrence(original, IsAllDay ? start : zoned.LocalDateTime, zoned.ToInstant());
    }

    // Wide enough for every offset and every gap, and never beyond what the calendar can count.
    private LocalDateTime Local(Instant instant, Duration margin, LocalDateTime bound)
    {
        var low = FirstTime.InUtc().ToInstant();
        var high = LastTime.InUtc().ToInstant();
        if (instant < low + WidestOffset || instant > high - WidestOffset)
        {
            return instant < low + WidestOffset ? FirstTime : bound == FirstTime ? LastTime : bound;
        }
        return (instant + margin).InZone(Zone).LocalDateTime;
    }
}
