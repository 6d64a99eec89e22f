using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Todo.Api.Occurrences;

/// <summary>
/// Which occurrence of a todo is meant: where its rule puts it, wherever it was moved (RECURRENCE-ID). A day, such as <c>2026-12-01</c>, or a time on the
/// clocks of the todo's zone, such as <c>2026-12-01T09:00:00</c>.
/// </summary>
[JsonConverter(typeof(OccurrenceKeyConverter))]
public readonly record struct OccurrenceKey(DateTime Value, bool IsDay) : IParsable<OccurrenceKey>
{
    private const string DayFormat = "yyyy-MM-dd";

    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];

    /// <summary>As it is kept.</summary>
    public static OccurrenceKey Of(DateTime original, bool isDay) => new(DateTime.SpecifyKind(original, DateTimeKind.Unspecified), isDay);

    /// <inheritdoc/>
    public static OccurrenceKey Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var key) ? key : throw new FormatException("Neither a day nor a time of a day.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out OccurrenceKey result)
    {
        var isDay = DateTime.TryParseExact(s, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value);
        var isTime = !isDay && DateTime.TryParseExact(s, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out value);
        result = Of(value, isDay);
        return (isDay || isTime) && value.Year is > 1 and < 9999;
    }

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(IsDay ? DayFormat : TimeFormats[0], CultureInfo.InvariantCulture);
}

/// <summary>Reads and writes it as a text.</summary>
public sealed class OccurrenceKeyConverter : JsonConverter<OccurrenceKey>
{
    /// <inheritdoc/>
    public override OccurrenceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && OccurrenceKey.TryParse(reader.GetString(), null, out var value) ? value : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, OccurrenceKey value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
