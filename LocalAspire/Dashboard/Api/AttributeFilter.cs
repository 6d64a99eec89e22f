using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Api;

/// <summary>A condition on an attribute, as people type it: <c>key=value</c>, or only <c>key</c>.</summary>
internal sealed record AttributeFilter(string Key, string? Value)
{
    /// <summary>Null without a text.</summary>
    public static AttributeFilter? Parse(string? text)
    {
        var parts = text?.Split('=', 2, StringSplitOptions.TrimEntries);
        return parts is [{ Length: > 0 } key, ..] ? new(key, parts is [_, { Length: > 0 } value] ? value : null) : null;
    }

    public bool Matches(TelemetryAttribute[] attributes)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Key.Equals(Key, StringComparison.OrdinalIgnoreCase)
                && (Value is null || attribute.Value.Equals(Value, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
