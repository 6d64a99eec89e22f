using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;
using Todo.Api.Identity;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>Whether something is still to be done.</summary>
public enum TodoState
{
    /// <summary>It is.</summary>
    Open,

    /// <summary>It is done.</summary>
    Completed,
}

/// <summary>When something is due, seen from now, in days of the asking person's time zone.</summary>
public enum DueWindow
{
    /// <summary>It should be done already, and is not.</summary>
    Overdue,

    /// <summary>Today, also if that is past.</summary>
    Today,

    /// <summary>Tomorrow.</summary>
    Tomorrow,

    /// <summary>Today or on one of the six days after.</summary>
    Next7Days,

    /// <summary>At no time.</summary>
    Never,
}

/// <summary>A person as a filter names one: by id, or <c>me</c>.</summary>
/// <param name="Id">Null: me.</param>
[JsonConverter(typeof(PersonFilterConverter))]
public readonly record struct PersonFilter(Guid? Id) : IParsable<PersonFilter>
{
    private const string Me = "me";

    /// <summary>Who it is when this person asks.</summary>
    public Guid IdFor(Guid me) => Id ?? me;

    /// <inheritdoc/>
    public static PersonFilter Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var person) ? person : throw new FormatException("Neither an id nor 'me'.");

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out PersonFilter result)
    {
        var isId = Guid.TryParse(s, out var id);
        result = new PersonFilter(isId ? id : null);
        return isId || s == Me;
    }

    /// <inheritdoc/>
    public override string ToString() => Id?.ToString() ?? Me;
}

/// <summary>Reads and writes it as a text.</summary>
public sealed class PersonFilterConverter : JsonConverter<PersonFilter>
{
    /// <inheritdoc/>
    public override PersonFilter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && PersonFilter.TryParse(reader.GetString(), null, out var person) ? person : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PersonFilter value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}

/// <summary>Which todos somebody asks for, in a query string or a saved filter. What is absent is no condition; all the others must fit.</summary>
public sealed record TodoQuery
{
    /// <summary>What the conditions are, for people who ask for todos.</summary>
    internal const string Explanation =
        "list, parent (or topLevel=true), assignee (an id, or me), tag (also several, all of which it must have), state, workState, priority, due (Overdue, Today, Tomorrow, Next7Days, Never, in days of the caller's time zone), "
        + "dueFrom and dueBefore (a day, which begins in UTC, or a moment) and text, which looks into titles and notes, each leave out what does not fit";

    /// <summary>In this list.</summary>
    [FromQuery(Name = "list")]
    public Guid? List { get; init; }

    /// <summary>A part of this one.</summary>
    [FromQuery(Name = "parent")]
    public Guid? Parent { get; init; }

    /// <summary>True: a part of nothing.</summary>
    [FromQuery(Name = "topLevel")]
    public bool? TopLevel { get; init; }

    /// <summary>Assigned to this person: an id, or <c>me</c>.</summary>
    [FromQuery(Name = "assignee")]
    public PersonFilter? Assignee { get; init; }

    /// <summary>With all of these tags.</summary>
    [FromQuery(Name = "tag")]
    [MaxLength(TodoItem.MaxTags)]
    public Guid[]? Tag { get; init; }

    /// <summary>Open or completed.</summary>
    [FromQuery(Name = "state")]
    [EnumDataType(typeof(TodoState))]
    public TodoState? State { get; init; }

    /// <summary>How far its work is.</summary>
    [FromQuery(Name = "workState")]
    [EnumDataType(typeof(WorkState))]
    public WorkState? WorkState { get; init; }

    /// <summary>Of this priority.</summary>
    [FromQuery(Name = "priority")]
    [EnumDataType(typeof(TodoPriority))]
    public TodoPriority? Priority { get; init; }

    /// <summary>When it is due, seen from now.</summary>
    [FromQuery(Name = "due")]
    [EnumDataType(typeof(DueWindow))]
    public DueWindow? Due { get; init; }

    /// <summary>Due at this time or later.</summary>
    [FromQuery(Name = "dueFrom")]
    public DayOrTime? DueFrom { get; init; }

    /// <summary>Due before this time.</summary>
    [FromQuery(Name = "dueBefore")]
    public DayOrTime? DueBefore { get; init; }

    /// <summary>With this in its title or its notes.</summary>
    [FromQuery(Name = "text")]
    [StringLength(200)]
    public string? Text { get; init; }

    /// <summary>What that means for somebody at this moment.</summary>
    internal TodoFilter For(Caller caller, DateTimeOffset now)
    {
        var filter = new TodoFilter
        {
            List = List,
            Parent = Parent,
            TopLevel = TopLevel ?? false,
            Assignee = Assignee?.IdFor(caller.UserId),
            Tags = Tag is { Length: > 0 } ? Tag : null,
            State = State,
            Work = WorkState,
            Priority = Priority,
            DueFrom = DueFrom?.In(null),
            DueBefore = DueBefore?.In(null),
            NotDue = Due == DueWindow.Never,
            Text = string.IsNullOrWhiteSpace(Text) ? null : Text,
        };
        if (Due is null or DueWindow.Never)
        {
            return filter;
        }

        var calendar = PersonalCalendar.Of(caller);
        var today = calendar.DayOf(now);
        var (from, before) = Due switch
        {
            DueWindow.Today => (0, 1),
            DueWindow.Tomorrow => (1, 2),
            _ => (0, 7),
        };
        return Due == DueWindow.Overdue
            ? filter with { LateAt = (now, Start(0)) }
            : filter with { DueFrom = Latest(filter.DueFrom, Start(from)), DueBefore = Earliest(filter.DueBefore, Start(before)) };

        DateTimeOffset Start(int days) => calendar.BeginningOf(today.AddDays(days));
    }

    private static DateTimeOffset Latest(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    private static DateTimeOffset Earliest(DateTimeOffset? one, DateTimeOffset other) => one < other ? one.Value : other;
}
