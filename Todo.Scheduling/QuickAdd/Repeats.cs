using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.QuickAdd;

/// <summary>"every weekday", "every other friday", "every 1st", "every! 3 days", "3 days after done".</summary>
internal static class Repeats
{
    public static Match? Read(Line line, int index, Draft draft)
    {
        if (draft.Repeats)
        {
            return null;
        }
        return line.At(index) == "every" ? Every(line, index, draft) : AfterDone(line, index);
    }

    private static Match? AfterDone(Line line, int index) =>
        Vocabulary.Number(line.At(index)) is { } amount and >= 1 and <= AfterCompletion.MaxAmount && Vocabulary.Unit(line.At(index + 1)) is { } unit
            && SaysDone(line, index + 2) && line.AreTogether(index, index + 3)
            ? After(amount, unit, index + 4)
            : null;

    private static bool SaysDone(Line line, int index) =>
        line.At(index) == "after" && line.At(index + 1) is "done" or "completion" or "completing";

    private static Match After(int amount, CompletionUnit unit, int next) =>
        new(next, QuickAddKind.Repeat, understood => understood.AfterDone = new AfterCompletion(amount, unit));

    private static Match? Every(Line line, int index, Draft draft)
    {
        var isAfterDone = line[index].Tail == "!";
        if (line[index].Tail.Length > 0 && !isAfterDone)
        {
            return null;
        }
        var at = index + 1;
        if (Period(line, at) is var (amount, unit, behind))
        {
            if (isAfterDone)
            {
                return line.AreTogether(at, behind - 1) ? After(amount, unit, behind) : null;
            }
            if (SaysDone(line, behind))
            {
                return line.AreTogether(at, behind + 1) ? After(amount, unit, behind + 2) : null;
            }
        }
        if (isAfterDone || Rule(line, at) is not var (rule, next) || !line.AreTogether(at, next - 1))
        {
            return null;
        }
        (rule, next, var from) = Ends(line, rule, next, draft.Today);
        return new Match(next, QuickAddKind.Repeat, understood =>
        {
            understood.Rule = RecurrenceRule.Parse(rule);
            understood.Date ??= from;
        });
    }

    /// <summary>"3 days", "day", "other week".</summary>
    private static (int Amount, CompletionUnit Unit, int Next)? Period(Line line, int index)
    {
        if (Vocabulary.Unit(line.At(index)) is { } single)
        {
            return (1, single, index + 1);
        }
        var amount = line.At(index) == "other" ? 2 : Vocabulary.Number(line.At(index));
        return amount is { } number and >= 1 and <= AfterCompletion.MaxAmount && Vocabulary.Unit(line.At(index + 1)) is { } unit ? (number, unit, index + 2) : null;
    }

    private static (string Rule, int Next)? Rule(Line line, int index)
    {
        if (Period(line, index) is var (amount, unit, behind))
        {
            return OfPeriod(line, amount, unit, behind);
        }
        if (line.At(index) is "weekday" or "weekdays" or "workday" or "workdays")
        {
            return ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", index + 1);
        }
        if (line.At(index) is "weekend" or "weekends")
        {
            return ("FREQ=WEEKLY;BYDAY=SA,SU", index + 1);
        }
        var other = line.At(index) == "other" ? 1 : 0;
        if (Several(line, index + other, Vocabulary.AnyWeekday) is var (days, afterDays))
        {
            return ($"FREQ=WEEKLY;INTERVAL={other + 1};BYDAY={Names(days)}", afterDays);
        }
        if (Dates.DayOfYear(line, index) is var (month, day, afterDate))
        {
            return ($"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}", afterDate);
        }
        return OfMonth(line, index, 1);
    }

    /// <summary>"every 2 weeks", and "on mon, wed" or "on the 15th" behind it.</summary>
    private static (string Rule, int Next) OfPeriod(Line line, int amount, CompletionUnit unit, int next)
    {
        var frequency = unit switch
        {
            CompletionUnit.Hours => "HOURLY",
            CompletionUnit.Days => "DAILY",
            CompletionUnit.Weeks => "WEEKLY",
            CompletionUnit.Months => "MONTHLY",
            _ => "YEARLY",
        };
        if (line.At(next) == "on")
        {
            var the = line.At(next + 1) == "the" ? 2 : 1;
            if (unit == CompletionUnit.Weeks && Several(line, next + 1, Vocabulary.AnyWeekday) is var (days, afterDays))
            {
                return ($"FREQ=WEEKLY;INTERVAL={amount};BYDAY={Names(days)}", afterDays);
            }
            if (unit == CompletionUnit.Months && OfMonth(line, next + the, amount) is { } ofMonth)
            {
                return ofMonth;
            }
        }
        return ($"FREQ={frequency};INTERVAL={amount}", next);
    }

    /// <summary>"1st and 15th", "last day", "2nd friday", "last friday of the month".</summary>
    private static (string Rule, int Next)? OfMonth(Line line, int index, int interval)
    {
        var start = $"FREQ=MONTHLY;INTERVAL={interval};";
        (string Rule, int Next)? found = null;
        if (Vocabulary.WhichOfMonth(line.At(index)) is { } which && Vocabulary.AnyWeekday(line.At(index + 1)) is { } day)
        {
            found = ($"{start}BYDAY={new RuleDay(day, which)}", index + 2);
        }
        else if (line.At(index) == "last" && line.At(index + 1) == "day")
        {
            found = (start + "BYMONTHDAY=-1", index + 2);
        }
        else if (Several(line, index, Vocabulary.Ordinal) is var (days, next))
        {
            found = ($"{start}BYMONTHDAY={string.Join(',', days)}", next);
        }
        if (found is not var (rule, behind) || line.At(behind) != "of")
        {
            return found;
        }
        var the = line.At(behind + 1) is "the" or "every" or "each" ? 2 : 1;
        return line.At(behind + the) == "month" ? (rule, behind + the + 1) : found;
    }

    /// <summary>"mon, wed and fri".</summary>
    private static (List<T> Values, int Next)? Several<T>(Line line, int index, Func<string, T?> read)
        where T : struct
    {
        if (read(line.At(index)) is not { } first)
        {
            return null;
        }
        var values = new List<T> { first };
        var next = index + 1;
        while (true)
        {
            var comma = line.At(next) == "," ? 1 : 0;
            var skip = comma + (line.At(next + comma) is "and" or "&" ? 1 : 0);
            if (skip == 0 || read(line.At(next + skip)) is not { } value || line[next - 1].Tail.Length > 0)
            {
                return (values, next);
            }
            values.Add(value);
            next += skip + 1;
        }
    }

    private static string Names(List<IsoDayOfWeek> days) => string.Join(',', days.Distinct().Select(day => new RuleDay(day)));

    /// <summary>"starting 1 june", "until 24 dec" or "for 5 times" behind a rule.</summary>
    private static (string Rule, int Next, LocalDate? From) Ends(Line line, string rule, int next, LocalDate today)
    {
        LocalDate? from = null;
        var on = line.At(next + 1) == "on" ? 2 : 1;
        if (line.At(next) is "starting" or "from" && IsJoined() && Dates.TryRead(line, next + on, today, true, out var start, out var behindStart))
        {
            (from, next) = (start, behindStart);
        }
        if (line.At(next) is "until" or "till" && IsJoined() && Dates.TryRead(line, next + 1, today, true, out var end, out var behindEnd))
        {
            (rule, next) = ($"{rule};UNTIL={RuleEnd.On(end)}", behindEnd);
        }
        else if (line.At(next) == "for" && IsJoined() && Vocabulary.Number(line.At(next + 1)) is { } count and >= 1 && line.At(next + 2) == "times")
        {
            (rule, next) = ($"{rule};COUNT={count}", next + 3);
        }
        return (rule, next, from);

        bool IsJoined() => line[next - 1].Tail.Length == 0;
    }
}
