using System.Text;

namespace Todo.Scheduling.Calendars;

/// <summary>
/// Reads a calendar file (RFC 5545). What cannot be read is left out and named with its line; the rest is read all the same. Alarms, journals and free-busy
/// times are no todos and are passed over.
/// </summary>
public static class CalendarReader
{
    private const int DeepestNesting = 10;

    /// <summary>Reads a file.</summary>
    /// <param name="file">UTF-8, with or without a byte order mark. Read to its end or to one octet past the limit; not closed.</param>
    /// <param name="limits">The bounds; <see cref="CalendarReadLimits.Default"/> when null.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<CalendarReadResult> ReadAsync(Stream file, CalendarReadLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        limits ??= CalendarReadLimits.Default;
        using var octets = new MemoryStream();
        var buffer = new byte[16_384];
        int read;
        while (octets.Length <= limits.Octets && (read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            octets.Write(buffer, 0, read);
        }
        return Read(octets.GetBuffer().AsMemory(0, (int)octets.Length), limits);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="limits">The bounds; <see cref="CalendarReadLimits.Default"/> when null.</param>
    public static CalendarReadResult Read(string text, CalendarReadLimits? limits = null) => Read(Encoding.UTF8.GetBytes(text), limits ?? CalendarReadLimits.Default);

    private static CalendarReadResult Read(ReadOnlyMemory<byte> file, CalendarReadLimits limits)
    {
        if (file.Length > limits.Octets)
        {
            return Refused(1, $"The file is larger than {limits.Octets} octets; import it in parts.");
        }
        var outline = Outline.Of(file, limits.Items, DeepestNesting);
        if (outline.Refusal is { } refusal)
        {
            return Refused(refusal.Line, refusal.Message);
        }
        var problems = outline.Problems;
        var entries = new List<CalendarEntry>();
        var items = new ItemReader(new ZoneNames(outline.Zones), limits.TimesPerItem);
        foreach (var component in outline.Items)
        {
            if (component.Problem is null && items.Read(component) is { } item)
            {
                entries.Add(new CalendarEntry(item, component.Line));
            }
            else if (component.Problem is { } problem)
            {
                problems.Add(problem);
            }
        }
        return new CalendarReadResult(outline.Name, entries, [.. problems.OrderBy(problem => problem.Line)]);
    }

    private static CalendarReadResult Refused(int line, string message) => new(null, [], [new CalendarProblem(line, null, message)]);
}
