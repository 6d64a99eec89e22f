namespace Todo.Scheduling.Calendars;

/// <summary>How much of a file is read. Files come from strangers.</summary>
/// <param name="Octets">A longer file is refused as a whole.</param>
/// <param name="Items">Events and tasks behind this many are left out, with a problem that says so.</param>
/// <param name="TimesPerItem">EXDATE of one item, and as many RDATE.</param>
public sealed record CalendarReadLimits(int Octets = 5_000_000, int Items = 10_000, int TimesPerItem = 2_000)
{
    /// <summary>5 MB, 10,000 items, 2,000 times for each.</summary>
    public static CalendarReadLimits Default { get; } = new();
}

/// <summary>An item of a file that was read.</summary>
/// <param name="Item">The item.</param>
/// <param name="Line">The line of its BEGIN, counted from 1.</param>
public sealed record CalendarEntry(CalendarItem Item, int Line);

/// <summary>Something in a file that was not read.</summary>
/// <param name="Line">The line at fault, counted from 1.</param>
/// <param name="Item">What it belongs to, such as <c>VEVENT "Dentist"</c>: that item is left out. Null for the file.</param>
/// <param name="Message">A sentence for a person.</param>
public sealed record CalendarProblem(int Line, string? Item, string Message);

/// <summary>What a file held.</summary>
/// <param name="Name">What the calendar calls itself; null when it does not.</param>
/// <param name="Entries">The events and tasks that could be read, in their order.</param>
/// <param name="Problems">The others, at most one for each, by line.</param>
public sealed record CalendarReadResult(string? Name, IReadOnlyList<CalendarEntry> Entries, IReadOnlyList<CalendarProblem> Problems);
