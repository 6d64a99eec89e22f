using NodaTime;
using NodaTime.Text;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.QuickAdd;

/// <summary>"tomorrow", "next monday", "in 3 days", "24 dec", "2026-12-24", "on the 15th".</summary>
internal static class Dates
{
    private static readonly LocalDatePattern Dotted = LocalDatePattern.CreateWithInvariantCulture("d.M.uuuu");

    public static Match? Read(Line line, int index, Draft draft)
    {
        if (draft.Date is not null)
        {
            return null;
        }
        var at = index;
        if (line.At(at) == "due")
        {
            at++;
        }
        if (line.At(at) is "on" or "by")
        {
            at++;
        }
        if (TryRead(line, at, draft.Today, at > index, out var date, out var next))
        {
            return new Match(next, QuickAddKind.Due, understood => understood.Date = date);
        }
        return line.At(index) == "in" && draft.Time is null ? InHours(line, index, draft.Now) : null;
    }

    /// <summary>Reads a date.</summary>
    /// <param name="line">The line.</param>
    /// <param name="index">Its first word.</param>
    /// <param name="today">What it is relative to.</param>
    /// <param name="isExpected">Whether something before it ("on", "until") said that a date comes.</param>
    /// <param name="date">The date.</param>
    /// <param name="next">The word behind it.</param>
    public static bool TryRead(Line line, int index, LocalDate today, bool isExpected, out LocalDate date, out int next)
    {
        var found = Near(line, index, today, isExpected) ?? Named(line, index, today) ?? Written(line.At(index), index)
            ?? (isExpected ? OfThisMonth(line, index, today) : null);
        (date, next) = found ?? (default, index);
        return found is not null && line.AreTogether(index, next - 1);
    }

    private static (LocalDate Date, int Next)? Near(Line line, int index, LocalDate today, bool isExpected)
    {
        var (word, second) = (line.At(index), line.At(index + 1));
        switch (word)
        {
            case "today":
                return (today, index + 1);
            case "tomorrow":
                return (today.PlusDays(1), index + 1);
            case "day" when second == "after" && line.At(index + 2) == "tomorrow":
                return (today.PlusDays(2), index + 3);
            case "next" when Vocabulary.AnyWeekday(second) is { } day:
                return (NextWeek(today).PlusDays((int)day - 1), index + 2);
            case "next" when second == "week":
                return (NextWeek(today), index + 2);
            case "next" when second == "month":
                return (new LocalDate(today.Year, today.Month, 1).PlusMonths(1), index + 2);
            case "next" when second == "year":
                return (new LocalDate(today.Year + 1, 1, 1), index + 2);
            case "this" when Vocabulary.AnyWeekday(second) is { } day:
                return (today.DayOfWeek == day ? today : today.Next(day), index + 2);
            case "in" when InDays(line, index, today) is { } found:
                return found;
            default:
                return (isExpected ? Vocabulary.AnyWeekday(word) : Vocabulary.Weekday(word)) is { } weekday ? (today.Next(weekday), index + 1) : null;
        }
    }

    private static LocalDate NextWeek(LocalDate today) => today.Next(IsoDayOfWeek.Monday);

    private static (LocalDate Date, int Next)? InDays(Line line, int index, LocalDate today)
    {
        if (Amount(line.At(index + 1)) is not { } amount)
        {
            return null;
        }
        LocalDate? date = Vocabulary.Unit(line.At(index + 2)) switch
        {
            CompletionUnit.Days => today.PlusDays(amount),
            CompletionUnit.Weeks => today.PlusWeeks(amount),
            CompletionUnit.Months => today.PlusMonths(amount),
            CompletionUnit.Years => today.PlusYears(amount),
            _ => null,
        };
        return date is { } found ? (found, index + 3) : null;
    }

    private static Match? InHours(Line line, int index, ZonedDateTime now)
    {
        if (Amount(line.At(index + 1)) is not { } amount || !line.AreTogether(index, Math.Min(index + 2, line.Count - 1)))
        {
            return null;
        }
        Duration? wait = line.At(index + 2) switch
        {
            "hour" or "hours" => Duration.FromHours(amount),
            "minute" or "minutes" or "min" => Duration.FromMinutes(amount),
            _ => null,
        };
        if (wait is not { } duration)
        {
            return null;
        }
        var due = now.Plus(duration).LocalDateTime.With(TimeAdjusters.TruncateToMinute);
        return new Match(index + 3, QuickAddKind.Due, understood => (understood.Date, understood.Time) = (due.Date, due.TimeOfDay));
    }

    private static int? Amount(string word) => word is "a" or "an" or "one" ? 1 : Vocabulary.Number(word) is { } number and >= 1 and <= AfterCompletion.MaxAmount ? number : null;

    private static (LocalDate Date, int Next)? Named(Line line, int index, LocalDate today)
    {
        if (DayOfYear(line, index) is not { } found)
        {
            return null;
        }
        var (month, day, next) = found;
        var comma = line.At(next) == "," ? 1 : 0;
        if (line.At(next + comma).Length == 4 && Vocabulary.Number(line.At(next + comma)) is { } year and >= 1900 and <= 2999)
        {
            return day <= CalendarSystem.Iso.GetDaysInMonth(year, month) ? (new LocalDate(year, month, day), next + comma + 1) : null;
        }
        // The 29th of February is eight years away at most.
        for (year = today.Year; year <= today.Year + 8; year++)
        {
            if (day <= CalendarSystem.Iso.GetDaysInMonth(year, month) && new LocalDate(year, month, day) is var date && date >= today)
            {
                return (date, next);
            }
        }
        return null;
    }

    /// <summary>"24 dec", "24th of december", "dec 24": a day that some year has.</summary>
    public static (int Month, int Day, int Next)? DayOfYear(Line line, int index)
    {
        var of = line.At(index + 1) == "of" ? 1 : 0;
        var found = Vocabulary.DayOfMonth(line.At(index)) is { } first && Vocabulary.Month(line.At(index + 1 + of)) is { } monthBehind
            ? (monthBehind, first, index + 2 + of)
            : Vocabulary.Month(line.At(index)) is { } month && Vocabulary.DayOfMonth(line.At(index + 1)) is { } second
                ? (month, second, index + 2)
                : default((int Month, int Day, int Next)?);
        return found is { } date && date.Day <= CalendarSystem.Iso.GetDaysInMonth(2024, date.Month) ? found : null;
    }

    private static (LocalDate Date, int Next)? Written(string word, int index)
    {
        if (word.Length is < 8 or > 10 || !char.IsAsciiDigit(word[0]))
        {
            return null;
        }
        var parsed = LocalDatePattern.Iso.Parse(word);
        parsed = parsed.Success ? parsed : Dotted.Parse(word);
        return parsed.Success && parsed.Value.Year is >= 1900 and <= 2999 ? (parsed.Value, index + 1) : null;
    }

    private static (LocalDate Date, int Next)? OfThisMonth(Line line, int index, LocalDate today)
    {
        var at = line.At(index) == "the" ? index + 1 : index;
        if (Vocabulary.Ordinal(line.At(at)) is not { } day)
        {
            return null;
        }
        var month = new LocalDate(today.Year, today.Month, 1);
        while (day > CalendarSystem.Iso.GetDaysInMonth(month.Year, month.Month) || month.PlusDays(day - 1) < today)
        {
            month = month.PlusMonths(1);
        }
        return (month.PlusDays(day - 1), at + 1);
    }
}
