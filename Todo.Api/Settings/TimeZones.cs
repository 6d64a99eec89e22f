using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using NodaTime;

namespace Todo.Api.Settings;

/// <summary>Time zones by their IANA names.</summary>
public static partial class TimeZones
{
    /// <summary>Whether there is such a zone.</summary>
    public static bool Contains(string name) => Name().IsMatch(name) && TimeZoneInfo.TryFindSystemTimeZoneById(name, out _);

    /// <summary>The zone itself, for what goes by the clock on the wall; null, or one that is not among those of the standard, is UTC.</summary>
    public static DateTimeZone Find(string? name) => (name is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(name) ?? DateTimeZoneProviders.Bcl.GetZoneOrNull(name)) ?? DateTimeZone.Utc;

    // The names are looked up as files: nothing may lead out of their folder.
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}$")]
    private static partial Regex Name();
}

/// <summary>Says that a text names a time zone; null is left to others.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class TimeZoneAttribute() : ValidationAttribute("A time zone is an IANA name, such as Europe/Berlin.")
{
    /// <inheritdoc/>
    public override bool IsValid(object? value) => value is null || (value is string text && TimeZones.Contains(text));
}
