using System.Globalization;

namespace Todo.Scheduling.QuickAdd;

/// <summary><c>#list +tag @person !1 ~30m</c>.</summary>
internal static class Marks
{
    private const int LongestName = 100;
    private const int MostMinutes = 60_000;
    private const int MostNames = 20;

    public static Match? Read(Line line, int index, Draft draft)
    {
        var word = line[index];
        if (word.Lower.Length < 2)
        {
            return null;
        }
        switch (word.Lower[0])
        {
            case '#' when draft.List is null && Name(line, word) is { } list && draft.Names.IsList(list):
                return new Match(index + 1, QuickAddKind.List, understood => understood.List = list, list);
            // A second list is none, and neither is what no list is called: it may be a tag.
            case '#' or '+' when draft.Tags.Count < MostNames && Name(line, word) is { } tag && (word.Lower[0] == '+' || draft.Names.AlsoTags) && draft.Names.IsTag(tag):
                return new Match(index + 1, QuickAddKind.Tag, understood => AddOnce(understood.Tags, tag), tag);
            case '@' when draft.People.Count < MostNames && Name(line, word) is { } person && draft.Names.IsPerson(person):
                return new Match(index + 1, QuickAddKind.Person, understood => AddOnce(understood.People, person), person);
            case '!' when draft.Priority is null && word.Lower.Length == 2 && word.Lower[1] is >= '1' and <= '4':
                return new Match(index + 1, QuickAddKind.Priority, understood => understood.Priority = word.Lower[1] - '0');
            case '~' when draft.EstimateMinutes is null && Minutes(word.Lower[1..]) is { } minutes:
                return new Match(index + 1, QuickAddKind.Estimate, understood => understood.EstimateMinutes = minutes);
            default:
                return null;
        }
    }

    /// <summary>The mark and the name of a word that has both.</summary>
    public static QuickAddName? Named(Line line, int index)
    {
        var word = line[index];
        return word.Lower.Length >= 2 && "#+@".Contains(word.Lower[0], StringComparison.Ordinal) && Name(line, word) is { } name ? new QuickAddName(word.Lower[0], name) : null;
    }

    private static void AddOnce(List<string> names, string name)
    {
        if (!names.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            names.Add(name);
        }
    }

    /// <summary>The name as it was written. "#1" and "+49" are no names: people write them for other things.</summary>
    private static string? Name(Line line, Word word)
    {
        var name = line.Text[(word.Start + 1)..word.End];
        name = name.Length > 2 && name[0] == '"' ? name[1..^1].Trim() : name;
        return name.Length is > 0 and <= LongestName && name.Any(letter => char.IsLetter(letter) || char.IsSurrogate(letter))
            && !name.Any(letter => char.IsControl(letter) || "#@+!\"\\".Contains(letter, StringComparison.Ordinal)) ? name : null;
    }

    /// <summary>30m, 45min, 2h, 1.5h, 1h30m.</summary>
    private static int? Minutes(string text)
    {
        var total = 0m;
        for (var at = 0; at < text.Length;)
        {
            var number = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
            {
                at++;
            }
            var unit = at;
            while (at < text.Length && char.IsAsciiLetter(text[at]))
            {
                at++;
            }
            var perUnit = text[unit..at] switch { "h" => 60, "m" or "min" => 1, _ => 0 };
            if (perUnit == 0 || unit - number > 6
                || !decimal.TryParse(text[number..unit], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return null;
            }
            total += amount * perUnit;
        }
        return total is >= 1 and <= MostMinutes ? (int)decimal.Round(total) : null;
    }
}
