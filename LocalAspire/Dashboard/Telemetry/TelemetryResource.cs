using System.Collections.Concurrent;

namespace LocalAspire.Dashboard.Telemetry;

/// <summary>A key and its value, as a text.</summary>
internal readonly record struct TelemetryAttribute(string Key, string Value)
{
    /// <summary>About how much memory it takes, in bytes.</summary>
    public int Bytes => 16 + ObjectSize.Of(Value);
}

/// <summary>Who sent it: <c>service.name</c> and <c>service.instance.id</c>, which the AppHost sets to the resource and its instance.</summary>
internal sealed record TelemetryResource(string Name, string Instance)
{
    private const int Most = 500;

    private static readonly ConcurrentDictionary<TelemetryResource, TelemetryResource> Known = [];

    public static TelemetryResource Unknown { get; } = new("unknown", "");

    public static TelemetryResource Of(List<TelemetryAttribute> attributes)
    {
        var name = attributes.Find(attribute => attribute.Key == "service.name").Value;
        var instance = attributes.Find(attribute => attribute.Key == "service.instance.id").Value;
        var resource = new TelemetryResource(string.IsNullOrEmpty(name) ? Unknown.Name : name, instance ?? "");
        return Known.TryGetValue(resource, out var known) ? known
            : Known.Count < Most ? Known.GetOrAdd(resource, resource)
            : resource;
    }
}

/// <summary>Estimates of memory.</summary>
internal static class ObjectSize
{
    /// <summary>A text: header, length and two bytes a character.</summary>
    public static int Of(string? text) => text is null ? 0 : 22 + (text.Length * 2);

    public static int Of(TelemetryAttribute[] attributes)
    {
        var bytes = 24;
        foreach (var attribute in attributes)
        {
            bytes += attribute.Bytes;
        }

        return bytes;
    }
}
