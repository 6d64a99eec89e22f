using System.Globalization;
using Todo.Api.Todos;

namespace Todo.Tests.Todos;

public sealed class DayOrTimeTests
{
    [Theory]
    [InlineData("2026-12-01", "2026-12-01", true)]
    [InlineData("2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z", false)]
    [InlineData("2026-12-01T09:00:00.25+01:00", "2026-12-01T08:00:00.25Z", false)]
    [InlineData("2026-12-01T09:00-05:00", "2026-12-01T14:00:00Z", false)]
    public void A_day_and_a_moment_are_told_apart(string text, string written, bool isDay)
    {
        DayOrTime.TryParse(text, null, out var value).ShouldBeTrue();
        value.IsDay.ShouldBe(isDay);
        value.ToString().ShouldBe(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-02-30")]
    [InlineData("2026-12-01T09:00:00")]
    [InlineData("01/12/2026")]
    [InlineData("2026-12-01T25:00:00Z")]
    [InlineData("9999-12-31")]
    [InlineData("0001-01-01T00:00:00Z")]
    public void What_is_neither_is_refused(string text) => DayOrTime.TryParse(text, null, out _).ShouldBeFalse();

    [Theory]
    [InlineData("2026-12-01", null, "2026-12-01T00:00:00Z")]
    [InlineData("2026-12-01", "Europe/Berlin", "2026-11-30T23:00:00Z")]
    [InlineData("2026-07-01", "Pacific/Kiritimati", "2026-06-30T10:00:00Z")]
    // Clocks were put forward at midnight: the day began at one.
    [InlineData("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z")]
    // And back at midnight, to the day before: midnight came once.
    [InlineData("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00Z")]
    // Back at one, to midnight: the day began with the first.
    [InlineData("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z")]
    public void A_day_begins_in_its_zone_and_is_found_again(string day, string? zone, string begins)
    {
        var value = DayOrTime.Parse(day, null);
        var kept = value.In(zone);
        kept.ShouldBe(DateTimeOffset.Parse(begins, CultureInfo.InvariantCulture));
        DayOrTime.Of(kept, isDay: true, zone).ShouldBe(value);
    }

    [Fact]
    public void Every_day_in_every_zone_is_found_again()
    {
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.HasIanaId))
        {
            for (var day = new DateOnly(2024, 1, 1); day.Year < 2027; day = day.AddDays(1))
            {
                DayOrTime.Of(new DayOrTime(day).In(zone.Id), isDay: true, zone.Id).ShouldBe(new DayOrTime(day), zone.Id);
            }
        }
    }
}
