using System.Text.Json;

namespace Todo.Api.Settings;

/// <summary>Whose a setting can be.</summary>
[Flags]
public enum SettingScope
{
    /// <summary>The tenant's.</summary>
    Tenant = 1,

    /// <summary>A person's, over the tenant's.</summary>
    Person = 2,
}

/// <summary>A setting that there is: what it may be, and what it is as long as nobody says otherwise.</summary>
/// <param name="Key">Such as <c>sessions.longest_days</c>.</param>
/// <param name="Scope">Whose it can be.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Default">What it is unless it is set.</param>
/// <param name="Rule">What it may be, for people.</param>
/// <param name="Allowed">All values, if they are few; null: too many to list.</param>
/// <param name="IsValid">Whether it may be this; true only for values of the default's type.</param>
public sealed record SettingDefinition(
    string Key, SettingScope Scope, string Description, JsonElement Default, string Rule, IReadOnlyList<string>? Allowed, Func<JsonElement, bool> IsValid)
{
    /// <summary>A setting that is one of a few words.</summary>
    public static SettingDefinition Choice(string key, SettingScope scope, string description, string initial, params string[] allowed) => new(
        key, scope, description, Json(initial), $"one of {string.Join(", ", allowed)}", allowed, value => value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString(), StringComparer.Ordinal));

    /// <summary>A setting that is a whole number.</summary>
    public static SettingDefinition Number(string key, SettingScope scope, string description, int initial, int least, int most) => new(
        key, scope, description, JsonElement.Parse(initial.ToString(System.Globalization.CultureInfo.InvariantCulture)), $"a whole number from {least} to {most}", null, value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most);

    /// <summary>A setting that is a time zone.</summary>
    public static SettingDefinition Zone(string key, SettingScope scope, string description, string initial) => new(
        key, scope, description, Json(initial), "an IANA time zone, such as Europe/Berlin", null, value => value.ValueKind == JsonValueKind.String && TimeZones.Contains(value.GetString()!));

    private static JsonElement Json(string text) => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\"");
}
