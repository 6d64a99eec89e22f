namespace Todo.Scheduling.Calendars;

/// <summary>A line that makes its component unreadable. It never leaves this folder.</summary>
internal sealed class CalendarFormatException(int line, string message) : Exception(message)
{
    public int Line => line;
}
