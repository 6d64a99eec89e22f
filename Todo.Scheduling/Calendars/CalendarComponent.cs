namespace Todo.Scheduling.Calendars;

/// <summary>The lines between a BEGIN and its END.</summary>
/// <param name="Name">VEVENT and so on.</param>
/// <param name="Line">The line of BEGIN.</param>
internal sealed record CalendarComponent(string Name, int Line)
{
    public List<ContentLine> Lines { get; } = [];

    /// <summary>What makes it unreadable; the first such thing.</summary>
    public CalendarProblem? Problem { get; private set; }

    public ContentLine? First(string name) => Lines.Find(line => line.Name == name);

    public IEnumerable<ContentLine> All(string name) => Lines.Where(line => line.Name == name);

    /// <summary>"VEVENT "Dentist"", as far as it is known.</summary>
    public string Shown
    {
        get
        {
            var title = CalendarText.Unescape(First("SUMMARY")?.Value ?? "");
            return title.Length == 0 ? Name : $"{Name} \"{(title.Length <= 60 ? title : title[..60] + "…")}\"";
        }
    }

    public void Fail(int line, string message) => Problem ??= new CalendarProblem(line, Shown, message);
}
