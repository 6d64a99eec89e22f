using System.Globalization;
using NodaTime;
using Todo.Scheduling.Recurrence;

namespace Todo.Scheduling.QuickAdd;

/// <summary>The words of dates and times.</summary>
internal static class Vocabulary
{
    private static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly string[] Months =
    [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ];

    /// <summary>A day by its full name.</summary>
    public static IsoDayOfWeek? Weekday(string word) => Array.IndexOf(Weekdays, word) is >= 0 and var index ? (IsoDayOfWeek)(index + 1) : null;

    /// <summary>A day by its full or short name ("mon", "tues", "mondays"): only where a day is expected, for "sun" and "sat" are words too.</summary>
    public static IsoDayOfWeek? AnyWeekday(string word)
    {
        var name = word switch { "tues" => "tue", "thur" or "thurs" => "thu", "weds" => "wed", _ => word };
        for (var i = 0; i < Weekdays.Length; i++)
        {
            if (name == Weekdays[i] || (name.Length == 3 && Weekdays[i].StartsWith(name, StringComparison.Ordinal))
                || (name.Length > 6 && name[^1] == 's' && name[..^1] == Weekdays[i]))
            {
                return (IsoDayOfWeek)(i + 1);
            }
        }
        return null;
    }

    /// <summary>1 to 12, by full or short name.</summary>
    public static int? Month(string word)
    {
        for (var i = 0; i < Months.Length; i++)
        {
            if (word == Months[i] || word == Months[i][..3] || (word == "sept" && i == 8))
            {
                return i + 1;
            }
        }
        return null;
    }

    /// <summary>A whole number of at most four digits.</summary>
    public static int? Number(string word) =>
        word.Length is > 0 and <= 4 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>1st to 31st.</summary>
    public static int? Ordinal(string word)
    {
        if (word.Length is < 3 or > 4 || Number(word[..^2]) is not { } number || number is < 1 or > 31)
        {
            return null;
        }
        var ending = (number % 10, number / 10) switch { (1, not 1) => "st", (2, not 1) => "nd", (3, not 1) => "rd", _ => "th" };
        return word[^2..] == ending ? number : null;
    }

    /// <summary>1 to 5, or -1 for the last: which of a month's weekdays.</summary>
    public static int? WhichOfMonth(string word) => word switch
    {
        "first" => 1,
        "second" => 2,
        "third" => 3,
        "fourth" => 4,
        "fifth" => 5,
        "last" => -1,
        _ => Ordinal(word) is { } number and <= 5 ? number : null,
    };

    /// <summary>A day of a month: "24" or "24th".</summary>
    public static int? DayOfMonth(string word) => Ordinal(word) ?? (Number(word) is { } number and >= 1 and <= 31 ? number : null);

    /// <summary>hour, day, week, month, year, or more of them.</summary>
    public static CompletionUnit? Unit(string word) => word switch
    {
        "hour" or "hours" => CompletionUnit.Hours,
        "day" or "days" => CompletionUnit.Days,
        "week" or "weeks" => CompletionUnit.Weeks,
        "month" or "months" => CompletionUnit.Months,
        "year" or "years" => CompletionUnit.Years,
        _ => null,
    };

    /// <summary>9:30, 17:00, 5pm, 9:30am, noon; and a bare hour where one is expected.</summary>
    public static LocalTime? Time(string word, bool bareHour)
    {
        if (word == "noon")
        {
            return LocalTime.Noon;
        }
        var half = word.EndsWith("am", StringComparison.Ordinal) ? 'a' : word.EndsWith("pm", StringComparison.Ordinal) ? 'p' : ' ';
        var parts = (half == ' ' ? word : word[..^2]).Split(':');
        if (parts.Length > 2 || parts[0].Length > 2 || Number(parts[0]) is not { } hour)
        {
            return null;
        }
        var minute = 0;
        if (parts.Length == 2)
        {
            if (parts[1].Length != 2 || Number(parts[1]) is not { } given || given > 59)
            {
                return null;
            }
            minute = given;
        }
        else if (half == ' ' && !bareHour)
        {
            return null;
        }
        if (half != ' ')
        {
            return hour is >= 1 and <= 12 ? new LocalTime((hour % 12) + (half == 'p' ? 12 : 0), minute) : null;
        }
        return hour <= 23 ? new LocalTime(hour, minute) : null;
    }
}
