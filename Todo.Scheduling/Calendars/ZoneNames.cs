using NodaTime;
using NodaTime.TimeZones;

namespace Todo.Scheduling.Calendars;

/// <summary>Finds the zone that a TZID means: an IANA name, a Windows name, a path that ends with an IANA name, or what X-LIC-LOCATION says.</summary>
internal sealed class ZoneNames(IEnumerable<CalendarComponent> described)
{
    private readonly Dictionary<string, string> _locations = described
        .Select(zone => (Id: zone.First("TZID")?.Value, Location: zone.First("X-LIC-LOCATION")?.Value))
        .Where(zone => zone is { Id: not null, Location: not null })
        .DistinctBy(zone => zone.Id)
        .ToDictionary(zone => zone.Id!, zone => zone.Location!, StringComparer.Ordinal);

    public DateTimeZone? Find(string id)
    {
        var parts = id.Split('/');
        return Known(id) ?? (_locations.TryGetValue(id, out var location) ? Known(location) : null)
            ?? (TzdbDateTimeZoneSource.Default.WindowsToTzdbIds.TryGetValue(id, out var iana) ? Known(iana) : null)
            ?? (parts.Length > 3 ? Known(string.Join('/', parts[^3..])) : null)
            ?? (parts.Length > 2 ? Known(string.Join('/', parts[^2..])) : null);
    }

    private static DateTimeZone? Known(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
}
