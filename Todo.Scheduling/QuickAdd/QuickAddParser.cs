using System.Text;
using NodaTime;

namespace Todo.Scheduling.QuickAdd;

/// <summary>
/// Reads one line of English: "Pay rent every 1st at 9:00 #home !1 @me". Never fails: what is not understood is the title. The time it takes grows with the
/// length of the line and with nothing else.
/// </summary>
public static class QuickAddParser
{
    /// <summary>Reads a line.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="now">The time and zone of whoever wrote it.</param>
    /// <param name="names">Which names there are; <see cref="QuickAddNames.Any"/> when null.</param>
    public static QuickAddResult Parse(string text, ZonedDateTime now, QuickAddNames? names = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new Line(text);
        var draft = new Draft(now, names ?? QuickAddNames.Any);
        var parts = new List<QuickAddPart>();
        // What does not go into the title: the parts, and backslashes that did their work.
        var gaps = new List<(int Start, int End)>();
        for (var i = 0; i < line.Count;)
        {
            if (Understand(line, i, draft) is { } match)
            {
                match.Apply(draft);
                var (start, end) = (line[i].Start, line[match.Next - 1].End);
                parts.Add(new QuickAddPart(match.Kind, start, end - start, match.Name));
                gaps.Add((start, end));
                i = match.Next;
                continue;
            }
            if (line.TryUncover(i))
            {
                if (Understand(line, i, draft, isUncovered: true) is not null)
                {
                    gaps.Add((line[i].Start - 1, line[i].Start));
                }
                line.TryUncover(i);
            }
            i++;
        }
        return new QuickAddResult
        {
            Title = Title(text, gaps),
            Due = draft.Due(),
            Rule = draft.Rule,
            AfterDone = draft.AfterDone,
            List = draft.List,
            Tags = draft.Tags,
            People = draft.People,
            Priority = draft.Priority,
            EstimateMinutes = draft.EstimateMinutes,
            Parts = parts,
        };
    }

    /// <summary>The names that a line may mean, each once, for looking up which there are.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="most">Those behind this many are left out.</param>
    public static IReadOnlyCollection<QuickAddName> NamesIn(string text, int most = 100)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new Line(text);
        var names = new HashSet<QuickAddName>();
        for (var i = 0; i < line.Count && names.Count < most; i++)
        {
            // Also behind a backslash, which goes if there is such a name.
            var isCovered = line.TryUncover(i);
            if (Marks.Named(line, i) is { } name)
            {
                names.Add(name);
            }
            if (isCovered)
            {
                line.TryUncover(i);
            }
        }
        return names;
    }

    private static Match? Understand(Line line, int index, Draft draft, bool isUncovered = false)
    {
        var match = Marks.Read(line, index, draft) ?? Repeats.Read(line, index, draft) ?? Dates.Read(line, index, draft) ?? Times.Read(line, index, draft);
        return match is not null && (isUncovered || line.StandAlone(index, match.Next - 1)) ? match : null;
    }

    private static string Title(string text, List<(int Start, int End)> gaps)
    {
        var title = new StringBuilder();
        var at = 0;
        foreach (var (start, end) in gaps)
        {
            Append(text.AsSpan(at, start - at));
            at = end;
        }
        Append(text.AsSpan(at));
        var left = title.ToString().Trim();
        if (gaps.Count > 0)
        {
            left = left.Trim(',', ';', ':', ' ');
        }
        return left.Length > 0 ? left : text.Trim();

        void Append(ReadOnlySpan<char> piece)
        {
            // "Do it tomorrow." and "Do it tomorrow, please" lose no more than the word and the space before it.
            var isAfterGap = at > 0 && text[at - 1] != '\\' && title.Length > 0;
            var isEnd = piece.IsEmpty || char.IsWhiteSpace(piece[0]) || ",.;:!?)".Contains(piece[0], StringComparison.Ordinal);
            if (isAfterGap && isEnd)
            {
                while (title.Length > 0 && (char.IsWhiteSpace(title[^1]) || (title[^1] == ',' && piece.StartsWith(","))))
                {
                    title.Length--;
                }
            }
            title.Append(piece);
        }
    }
}
