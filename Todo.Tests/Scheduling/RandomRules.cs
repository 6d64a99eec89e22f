using FsCheck;
using FsCheck.Fluent;

namespace Todo.Tests.Scheduling;

/// <summary>Random texts of rules.</summary>
internal static class RandomRules
{
    private static readonly string[] WeekDays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

    /// <summary>Rules of days with everything that a rule may say, COUNT and UNTIL too.</summary>
    public static Gen<string> Any =>
        from body in Days
        from end in Gen.OneOf(
            Gen.Constant(""),
            Gen.Choose(1, 40).Select(count => $";COUNT={count}"),
            Gen.Choose(2026, 2030).Select(year => $";UNTIL={year}0615T120000Z"))
        select body + end;

    /// <summary>Rules without an end.</summary>
    public static Gen<string> Days =>
        from frequency in Gen.Elements("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
        from interval in Gen.Choose(1, 4)
        from months in Maybe("BYMONTH", Gen.Choose(1, 12).Select(Text), 4)
        from monthDays in frequency == "WEEKLY" ? Gen.Constant("") : Maybe("BYMONTHDAY", Signed(31), 5)
        from yearDays in frequency == "YEARLY" ? Maybe("BYYEARDAY", Signed(366), 5, likely: 1) : Gen.Constant("")
        from days in Maybe("BYDAY", frequency is "MONTHLY" or "YEARLY" ? Ordinal : Gen.Elements(WeekDays), 4)
        from hours in Maybe("BYHOUR", Gen.Choose(0, 23).Select(Text), 3, likely: 1)
        from positions in months + monthDays + days == "" ? Gen.Constant("") : Maybe("BYSETPOS", Signed(4), 2, likely: 1)
        from weekStart in Gen.Elements("", "", ";WKST=SU", ";WKST=WE")
        select $"FREQ={frequency};INTERVAL={interval}{months}{monthDays}{yearDays}{days}{hours}{positions}{weekStart}";

    /// <summary>Any text, and rules with something knocked out of them.</summary>
    public static Gen<string> Broken => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
        from rule in Any
        from at in Gen.Choose(0, rule.Length - 1)
        from length in Gen.Choose(0, 3)
        from put in Gen.Elements("", ";", "=", ",", "-", "99999999999999999999", "é", "\0", "\ud800", "FREQ=DAILY")
        select rule[..at] + put + rule[Math.Min(rule.Length, at + length)..]);

    private static Gen<string> Ordinal =>
        from number in Gen.Elements("", "", "1", "2", "5", "-1", "-2")
        from day in Gen.Elements(WeekDays)
        select number + day;

    private static Gen<string> Signed(int most) =>
        from number in Gen.Choose(1, most)
        from sign in Gen.Elements("", "", "-")
        select sign + Text(number);

    private static Gen<string> Maybe(string name, Gen<string> value, int most, int likely = 2) => Gen.Frequency(
        (4, Gen.Constant("")),
        (likely, Gen.Choose(1, most).SelectMany(count => value.ArrayOf(count)).Select(values => $";{name}={string.Join(',', values)}")));

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
