using System.Globalization;
using CsvHelper;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Data.Tenants;

namespace Todo.Api.Import;

/// <summary>Reads todos from CSV (RFC 4180).</summary>
internal static class TodoCsv
{
    /// <summary>Reads a file; whatever it holds, there is an answer.</summary>
    /// <param name="content">The file.</param>
    /// <param name="timeZone">The zone of lines that name none.</param>
    public static TodoFile Read(string content, string? timeZone)
    {
        var file = new TodoFile();
        using var csv = CsvReader.FromText(content, new CsvReaderOptions
        {
            TrackLineNumbers = true,
            IncludeValuesInExceptions = false,
            OnMalformedRecord = bad => file.Require(false, (int)bad.LineNumber, null, "A quote stands where none may; a field with quotes in it is in quotes, and they are doubled."),
        });
        if (!csv.TryGetFieldIndex("title", out _))
        {
            file.Require(false, 1, "title", "This column is missing. The first line names the columns.");
            return file;
        }

        while (csv.Read())
        {
            var line = (int)csv.LineNumber;
            var zone = Field(csv, "time_zone") ?? timeZone;
            var isZone = zone is null || TimeZones.Contains(zone);
            file.Require(isZone, line, "time_zone", "A time zone is an IANA name, such as Europe/Berlin.");
            file.Add(new TodoRow(
                line,
                new NewTodo(
                    Field(csv, "title") ?? "",
                    Field(csv, "notes"),
                    Priority: Read<TodoPriority>(csv, file, line, "priority", TryPriority, $"A priority is one of {string.Join(", ", Enum.GetNames<TodoPriority>())}.") ?? TodoPriority.None,
                    Start: Read<DayOrTime>(csv, file, line, "start", TryTime, TimeRule),
                    Due: Read<DayOrTime>(csv, file, line, "due", TryTime, TimeRule),
                    TimeZone: isZone ? zone : null,
                    EstimateMinutes: Read<int>(csv, file, line, "estimate_minutes", TryMinutes, $"An estimate is 1 to {TodoItem.MaxEstimateMinutes} minutes."),
                    Recurrence: Field(csv, "recurrence") is { } rule ? new NewRecurrence(rule) : null),
                [.. (Field(csv, "tags") ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]));
        }

        return file;
    }

    private const string TimeRule = "It is a day, such as 2026-12-01, or a moment, such as 2026-12-01T09:00:00Z.";

    private delegate bool Parser<T>(string text, out T value);

    private static bool TryPriority(string text, out TodoPriority priority) => Enum.TryParse(text, ignoreCase: true, out priority) && Enum.IsDefined(priority) && !char.IsAsciiDigit(text[0]);

    private static bool TryTime(string text, out DayOrTime time) => DayOrTime.TryParse(text, null, out time);

    private static bool TryMinutes(string text, out int minutes) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out minutes) && minutes is >= 1 and <= TodoItem.MaxEstimateMinutes;

    private static T? Read<T>(CsvReader csv, TodoFile file, int line, string column, Parser<T> parse, string rule)
        where T : struct
    {
        if (Field(csv, column) is not { } text)
        {
            return null;
        }

        var isRight = parse(text, out var value);
        file.Require(isRight, line, column, rule);
        return isRight ? value : null;
    }

    private static string? Field(CsvReader csv, string column) =>
        csv.TryGetFieldIndex(column, out var index) && csv.GetString(index) is { Length: > 0 } text ? FormulaText.Restore(text) : null;
}
