namespace Todo.Scheduling.Calendars;

/// <summary>The components of a file, found in one pass.</summary>
internal sealed class Outline
{
    private const string NoCalendar = "This is no calendar file: it does not start with BEGIN:VCALENDAR.";

    private readonly Stack<CalendarComponent> _open = new();
    private readonly int _mostItems;
    private readonly int _deepest;
    private bool _isInside;
    private bool _isCalendar;
    private bool _saidTooMany;
    private int _strayLines;

    private Outline(int mostItems, int deepest) => (_mostItems, _deepest) = (mostItems, deepest);

    public string? Name { get; private set; }

    public List<CalendarComponent> Items { get; } = [];

    public List<CalendarComponent> Zones { get; } = [];

    public List<CalendarProblem> Problems { get; } = [];

    /// <summary>Why nothing of the file can be read.</summary>
    public (int Line, string Message)? Refusal { get; private set; }

    public static Outline Of(ReadOnlyMemory<byte> file, int mostItems, int deepest)
    {
        var outline = new Outline(mostItems, deepest);
        var last = 1;
        foreach (var (number, text) in ContentLine.Unfold(file))
        {
            last = number;
            if (!string.IsNullOrWhiteSpace(text))
            {
                outline.Add(number, text);
            }
            if (outline.Refusal is not null)
            {
                return outline;
            }
        }
        outline.End(last);
        return outline;
    }

    private void Add(int number, string text)
    {
        var isLine = ContentLine.TryParse(number, text, out var line);
        if (!_isInside)
        {
            if (line is { Name: "BEGIN" } && Is(line, "VCALENDAR"))
            {
                _isInside = _isCalendar = true;
            }
            else if (_isCalendar)
            {
                Stray(number, $"\"{Shown(text)}\" stands behind END:VCALENDAR.");
            }
            else
            {
                Refusal = (number, NoCalendar);
            }
        }
        else if (!isLine)
        {
            Stray(number, $"\"{Shown(text)}\" is no line of a calendar: it should read NAME:value.");
        }
        else if (line!.Name == "BEGIN")
        {
            Begin(line);
        }
        else if (line.Name == "END")
        {
            End(line);
        }
        else if (_open.TryPeek(out var component))
        {
            component.Lines.Add(line);
        }
        else if (line.Name is "X-WR-CALNAME" or "NAME")
        {
            Name ??= CalendarText.Unescape(line.Value);
        }
    }

    private void Begin(ContentLine line)
    {
        var name = line.Value.Trim().ToUpperInvariant();
        if (name is "VEVENT" or "VTODO" or "VJOURNAL" or "VFREEBUSY" or "VTIMEZONE")
        {
            // None of them can lie in another: an END was forgotten, and this one shall not suffer for it.
            Abandon(line.Number, $"BEGIN:{name}");
        }
        if (_open.Count == _deepest)
        {
            Refusal = (line.Number, $"Components lie more than {_deepest} deep in each other.");
            return;
        }
        _open.Push(new CalendarComponent(name, line.Number));
    }

    private void End(ContentLine line)
    {
        if (Is(line, "VCALENDAR"))
        {
            // Files with several calendars are read as one.
            Abandon(line.Number, "END:VCALENDAR");
            _isInside = false;
            return;
        }
        if (!_open.TryPeek(out var component))
        {
            Stray(line.Number, $"END:{Shown(line.Value)} has no BEGIN.");
            return;
        }
        if (!Is(line, component.Name))
        {
            Stray(line.Number, $"END:{Shown(line.Value)} stands where END:{component.Name} should.");
            if (!_open.Any(open => Is(line, open.Name)))
            {
                return;
            }
            while (!Is(line, _open.Peek().Name))
            {
                _open.Pop();
            }
            component = _open.Peek();
            component.Fail(line.Number, $"Something in it, before END:{component.Name}, has no END of its own.");
        }
        _open.Pop();
        if (component.Name == "VTIMEZONE")
        {
            Zones.Add(component);
        }
        else if (component.Name is "VEVENT" or "VTODO" && _open.Count == 0)
        {
            Keep(component);
        }
        else if (component.Problem is { } problem && _open.TryPeek(out var outer))
        {
            outer.Fail(problem.Line, problem.Message);
        }
    }

    private void Keep(CalendarComponent component)
    {
        if (Items.Count < _mostItems)
        {
            Items.Add(component);
        }
        else if (!_saidTooMany)
        {
            _saidTooMany = true;
            Problems.Add(new CalendarProblem(component.Line, null, $"There are more than {_mostItems} events and tasks; those from here on were left out. Import the file in parts."));
        }
    }

    private void End(int last)
    {
        Abandon(last, "the end of the file");
        if (!_isCalendar)
        {
            Refusal = (last, NoCalendar);
        }
    }

    private void Abandon(int line, string before)
    {
        if (_open.Count > 0)
        {
            var outer = _open.Last();
            outer.Fail(line, $"END:{outer.Name} is missing before {before}.");
            Problems.Add(outer.Problem!);
            _open.Clear();
        }
    }

    private void Stray(int number, string message)
    {
        if (_open.TryPeek(out var component))
        {
            component.Fail(number, message);
        }
        else if (_strayLines++ < 20)
        {
            Problems.Add(new CalendarProblem(number, null, message));
        }
    }

    private static bool Is(ContentLine line, string name) => line.Value.Trim().Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
