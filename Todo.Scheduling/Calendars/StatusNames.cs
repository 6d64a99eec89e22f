namespace Todo.Scheduling.Calendars;

/// <summary>STATUS as it is written.</summary>
internal static class StatusNames
{
    private static readonly Dictionary<CalendarStatus, string> Names = new()
    {
        [CalendarStatus.NeedsAction] = "NEEDS-ACTION",
        [CalendarStatus.InProcess] = "IN-PROCESS",
        [CalendarStatus.Completed] = "COMPLETED",
        [CalendarStatus.Cancelled] = "CANCELLED",
        [CalendarStatus.Tentative] = "TENTATIVE",
        [CalendarStatus.Confirmed] = "CONFIRMED",
    };

    /// <summary>The name, or null where the kind has no such status.</summary>
    public static string? Of(CalendarStatus status, CalendarItemKind kind) => status == CalendarStatus.Cancelled
        || status >= CalendarStatus.Tentative == (kind == CalendarItemKind.Event) ? Names[status] : null;

    /// <summary>The status; null for a name that the standard does not have.</summary>
    public static CalendarStatus? Read(string name)
    {
        foreach (var (status, known) in Names)
        {
            if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return status;
            }
        }
        return null;
    }
}
