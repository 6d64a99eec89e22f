using Todo.Data.Tenants;

namespace Todo.Api.Settings;

/// <summary>Where somebody lives, as far as days and weeks depend on it.</summary>
/// <param name="TimeZone">IANA; in it days begin.</param>
/// <param name="WeekStart">The day that a week begins with.</param>
public sealed record RegionalSettings(string TimeZone, DayOfWeek WeekStart)
{
    /// <summary>Everybody's, to be joined to whatever is looked up of a person.</summary>
    internal static IQueryable<StoredRegionalSettings> All(TenantDbContext tenant)
    {
        var key = KnownSettings.WeekStart.Key;
        return tenant.Users.Select(user => new StoredRegionalSettings
        {
            UserId = user.Id,
            TimeZone = user.TimeZone,
            OwnWeekStart = tenant.UserSettings.Where(own => own.UserId == user.Id && own.Key == key).Select(own => own.Value).FirstOrDefault(),
            CommonWeekStart = tenant.Settings.Where(common => common.Key == key).Select(common => common.Value).FirstOrDefault(),
        });
    }
}

/// <summary>The same as it is stored.</summary>
internal sealed class StoredRegionalSettings
{
    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }

    /// <summary>IANA.</summary>
    public required string TimeZone { get; init; }

    /// <summary>JSON; null: the person has set none.</summary>
    public required string? OwnWeekStart { get; init; }

    /// <summary>JSON; null: the tenant has set none either.</summary>
    public required string? CommonWeekStart { get; init; }

    /// <summary>What that means.</summary>
    public RegionalSettings Read() => new(TimeZone, SettingValues.FirstOf(KnownSettings.WeekStart, OwnWeekStart, CommonWeekStart).GetString() switch
    {
        "saturday" => DayOfWeek.Saturday,
        "sunday" => DayOfWeek.Sunday,
        _ => DayOfWeek.Monday,
    });
}
