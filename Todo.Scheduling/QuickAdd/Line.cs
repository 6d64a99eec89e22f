namespace Todo.Scheduling.QuickAdd;

/// <summary>A word of the line.</summary>
/// <param name="Start">Where it starts.</param>
/// <param name="Length">Its length without the punctuation behind it.</param>
/// <param name="Lower">In lower case; empty for what is not to be understood.</param>
/// <param name="Tail">The punctuation behind it.</param>
internal readonly record struct Word(int Start, int Length, string Lower, string Tail)
{
    public int End => Start + Length;
}

/// <summary>
/// The line, cut into words in one pass. A comma is a word. Text in double quotes, and a word after a backslash, can be read by nobody.
/// </summary>
internal sealed class Line
{
    /// <summary>Longer words are names at best: no word of a date is half as long.</summary>
    private const int LongestWord = 120;
    private const string Punctuation = ".;:!?)";

    private readonly List<Word> _words = [];
    private readonly Dictionary<int, Word> _escaped = [];

    public Line(string text)
    {
        Text = text;
        var quotes = true;
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
            }
            else if (text[at] == ',')
            {
                _words.Add(new Word(at++, 1, ",", ""));
            }
            else
            {
                at = Add(at, ref quotes);
            }
        }
    }

    public string Text { get; }

    public int Count => _words.Count;

    public Word this[int index] => _words[index];

    /// <summary>The word in lower case; empty when there is none, or when it is literal.</summary>
    public string At(int index) => index < _words.Count ? _words[index].Lower : "";

    /// <summary>Whether no punctuation stands between the words, so that they can mean something together.</summary>
    public bool AreTogether(int first, int last)
    {
        for (var i = first; i < last; i++)
        {
            if (_words[i].Tail.Length > 0)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether words stand by themselves: "1,000" is three words, and none of them an hour.</summary>
    public bool StandAlone(int first, int last)
    {
        var start = _words[first].Start;
        var end = _words[last].End + _words[last].Tail.Length;
        var comma = end < Text.Length && Text[end] == ',';
        return (start == 0 || char.IsWhiteSpace(Text[start - 1])) && (!comma || end + 1 == Text.Length || char.IsWhiteSpace(Text[end + 1]));
    }

    /// <summary>The word behind a backslash, readable for once.</summary>
    public bool TryUncover(int index)
    {
        if (!_escaped.TryGetValue(index, out var word))
        {
            return false;
        }
        (_words[index], _escaped[index]) = (word, _words[index]);
        return true;
    }

    private int Add(int start, ref bool quotes)
    {
        var marked = "#@+".Contains(Text[start], StringComparison.Ordinal) && start + 1 < Text.Length && Text[start + 1] == '"';
        if (quotes && (Text[start] == '"' || marked))
        {
            var close = Text.IndexOf('"', start + (marked ? 2 : 1));
            if (close > 0)
            {
                var name = marked && close - start <= LongestWord ? Text[start..(close + 1)].ToLowerInvariant() : "";
                _words.Add(new Word(start, close + 1 - start, name, ""));
                return close + 1;
            }
            // None will be found for a later one either.
            quotes = false;
        }
        var end = start;
        while (end < Text.Length && !char.IsWhiteSpace(Text[end]) && Text[end] != ',')
        {
            end++;
        }
        var core = end;
        while (core > start && Punctuation.Contains(Text[core - 1], StringComparison.Ordinal))
        {
            core--;
        }
        core = core == start ? end : core;
        var tail = Text[core..end];
        var isEscaped = Text[start] == '\\' && core - start > 1;
        if (isEscaped)
        {
            _escaped[_words.Count] = new Word(start + 1, core - start - 1, Lower(start + 1, core), tail);
        }
        _words.Add(new Word(start, core - start, isEscaped ? "" : Lower(start, core), tail));
        return end;
    }

    private string Lower(int start, int end) => end - start <= LongestWord ? Text[start..end].ToLowerInvariant() : "";
}
