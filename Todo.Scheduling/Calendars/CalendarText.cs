using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Todo.Scheduling.Calendars;

/// <summary>How values are written in a calendar (RFC 5545 §3.3).</summary>
internal static class CalendarText
{
    public static LocalDatePattern Date { get; } = LocalDatePattern.CreateWithInvariantCulture("uuuuMMdd");

    public static LocalDateTimePattern DateTime { get; } = LocalDateTimePattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss");

    public static string Utc(Instant instant) => DateTime.Format(instant.InUtc().LocalDateTime) + "Z";

    /// <summary>+0100, and with seconds where a zone once had them.</summary>
    public static string Offset(Offset offset)
    {
        var seconds = Math.Abs(offset.Seconds);
        var text = string.Create(CultureInfo.InvariantCulture, $"{(offset.Seconds < 0 ? '-' : '+')}{seconds / 3_600:00}{seconds / 60 % 60:00}");
        return seconds % 60 == 0 ? text : text + (seconds % 60).ToString("00", CultureInfo.InvariantCulture);
    }

    /// <summary>Escapes a text; control characters, which the format cannot carry, are left out.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            switch (letter)
            {
                case '\\' or ';' or ',':
                    escaped.Append('\\').Append(letter);
                    break;
                case '\r' when i + 1 < text.Length && text[i + 1] == '\n':
                    break;
                case '\n' or '\r':
                    escaped.Append("\\n");
                    break;
                case '\t':
                    escaped.Append(letter);
                    break;
                default:
                    if (!char.IsControl(letter))
                    {
                        escaped.Append(letter);
                    }
                    break;
            }
        }
        return escaped.ToString();
    }

    /// <summary>Undoes <see cref="Escape"/>; a backslash before anything else stands for itself.</summary>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is ('\\' or ';' or ',' or 'n' or 'N'))
            {
                i++;
                plain.Append(text[i] is 'n' or 'N' ? '\n' : text[i]);
            }
            else
            {
                plain.Append(text[i]);
            }
        }
        return plain.ToString();
    }

    /// <summary>The texts of a list, cut at commas that are not escaped.</summary>
    public static IEnumerable<string> List(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return Unescape(text[start..i]);
                start = i + 1;
            }
        }
        yield return Unescape(text[start..]);
    }
}
