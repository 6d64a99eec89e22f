using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Todo.Api.Todos;

/// <summary>A day, such as <c>2026-12-01</c>, or a moment, such as <c>2026-12-01T09:00:00Z</c> (RFC 3339), which is written in UTC.</summary>
[JsonConverter(typeof(DayOrTimeConverter))]
public readonly record struct DayOrTime : IParsable<DayOrTime>
{
    private const string DayFormat = "yyyy-MM-dd";

    // As RFC 3339 has them: with the offset, without which nobody knows which moment is meant.
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];

    private readonly DateTime _value;

    /// <summary>A day.</summary>
    public DayOrTime(DateOnly day) => (_value, IsDay) = (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified), true);

    /// <summary>A moment.</summary>
    public DayOrTime(DateTimeOffset time) => _value = time.UtcDateTime;

    /// <summary>Whether it is a day.</summary>
    public bool IsDay { get; }

    /// <summary>As it is kept: a moment, or the one at which the day begins in a zone, be it an hour late because clocks are put forward at midnight.</summary>
    /// <param name="zone">IANA; null: UTC.</param>
    public DateTimeOffset In(string? zone)
    {
        // As precise as PostgreSQL keeps it.
        var value = _value.AddTicks(-(_value.Ticks % TimeSpan.TicksPerMicrosecond));
        if (!IsDay || zone is null)
        {
            return new DateTimeOffset(DateTime.SpecifyKind(value, DateTimeKind.Utc));
        }

        // Where midnight comes twice the day begins with the first, which is the one with the greater offset.
        var info = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var offset = info.IsAmbiguousTime(value) ? info.GetAmbiguousTimeOffsets(value).Max() : info.GetUtcOffset(value);
        var begins = new DateTimeOffset(value, offset).ToUniversalTime();

        // Where there is no midnight, it begins when clocks are put forward.
        while (TimeZoneInfo.ConvertTime(begins, info).DateTime < value)
        {
            begins = begins.AddMinutes(15);
        }

        return begins;
    }

    /// <summary>What was kept.</summary>
    public static DayOrTime? Of(DateTimeOffset? kept, bool isDay, string? zone) =>
        kept is not { } time ? null
        : isDay ? new DayOrTime(DateOnly.FromDateTime(zone is null ? time.UtcDateTime : TimeZoneInfo.ConvertTime(time, TimeZoneInfo.FindSystemTimeZoneById(zone)).DateTime))
        : new DayOrTime(time);

    /// <inheritdoc/>
    public static DayOrTime Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var result) ? result : throw new FormatException("Neither a day nor a moment.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out DayOrTime result)
    {
        result = default;
        if (DateOnly.TryParseExact(s, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            result = new DayOrTime(day);
        }
        else if (s is [.., 'Z' or 'z'] or [.., '+' or '-', _, _, ':', _, _]
            && DateTimeOffset.TryParseExact(s.ToUpperInvariant(), TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            result = new DayOrTime(time);
        }
        else
        {
            return false;
        }

        // Beyond these a zone's offset leads out of what a DateTime holds, and no calendar shows them.
        return result._value.Year is > 1 and < 9999;
    }

    /// <inheritdoc/>
    public override string ToString() => _value.ToString(IsDay ? DayFormat : "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);

    internal void Write(Utf8JsonWriter writer)
    {
        if (IsDay)
        {
            writer.WriteStringValue(ToString());
        }
        else
        {
            writer.WriteStringValue(new DateTimeOffset(_value));
        }
    }
}

/// <summary>Reads and writes it as a text.</summary>
public sealed class DayOrTimeConverter : JsonConverter<DayOrTime>
{
    /// <inheritdoc/>
    public override DayOrTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DayOrTime.TryParse(reader.GetString(), null, out var value) ? value : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DayOrTime value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        value.Write(writer);
    }
}
