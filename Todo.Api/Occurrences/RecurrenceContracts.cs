using System.ComponentModel.DataAnnotations;
using Todo.Api.Todos;
using Todo.Api.Versions;
using Todo.Data.Tenants;
using Todo.Scheduling.Recurrence;

namespace Todo.Api.Occurrences;

/// <summary>How a todo is to repeat.</summary>
/// <param name="Rule">RRULE of RFC 5545, such as <c>FREQ=WEEKLY;BYDAY=MO,TH</c>. After completion only FREQ and INTERVAL.</param>
/// <param name="Mode">By the calendar, or a while after it was done.</param>
public sealed record NewRecurrence(
    [Required, StringLength(RecurrenceRule.MaxLength)] string Rule,
    [EnumDataType(typeof(RecurrenceMode))] RecurrenceMode Mode = RecurrenceMode.Schedule);

/// <summary>How a todo repeats.</summary>
/// <param name="Rule">RRULE of RFC 5545.</param>
/// <param name="Mode">By the calendar, or a while after it was done.</param>
/// <param name="Occurrence">Which occurrence its start and due are of: the day, or the time in its zone, where the rule puts that. It may have been moved.</param>
public sealed record RecurrenceResponse(string Rule, RecurrenceMode Mode, OccurrenceKey Occurrence)
{
    /// <summary>As it is kept.</summary>
    public static RecurrenceResponse? Of(string? rule, RecurrenceMode? mode, DateTime? occurrence, bool isAllDay) =>
        rule is null ? null : new RecurrenceResponse(rule, mode!.Value, OccurrenceKey.Of(occurrence!.Value, isAllDay));
}

/// <summary>A change to one occurrence. Fields that are absent stay as they are; <c>null</c> makes them again what they are for all (RFC 7396).</summary>
public sealed class OccurrenceChange : MergePatch
{
    /// <summary>When it starts instead; what is due then moves with it. Null: where the rule has it.</summary>
    public DayOrTime? Start { get; set => field = Given(value); }

    /// <summary>When it is due instead; its start moves with it. Null: where the rule has it.</summary>
    public DayOrTime? Due { get; set => field = Given(value); }

    /// <summary>Its own title; null: the todo's.</summary>
    [StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)]
    public string? Title { get; set => field = Given(value); }

    /// <summary>Its own notes; null: the todo's.</summary>
    [StringLength(TodoItem.MaxNotesLength)]
    public string? Notes { get; set => field = Given(value); }

    /// <summary>Whether it is left out.</summary>
    public bool Cancelled { get; set => field = Given(value); }
}

/// <summary>A todo at one time: all there is of one that does not repeat, one occurrence of one that does.</summary>
/// <param name="TodoId">The todo.</param>
/// <param name="Occurrence">Which occurrence: goes into <c>/todos/{id}/occurrences/{occurrence}</c>. Null: it does not repeat.</param>
/// <param name="Title">The occurrence's own, or the todo's.</param>
/// <param name="ListId">Its list, if it is in one.</param>
/// <param name="Start">A day or a moment.</param>
/// <param name="Due">A day or a moment.</param>
/// <param name="TimeZone">The IANA zone in which start and due are meant.</param>
/// <param name="Priority">How much it matters.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="AssigneeIds">Who is to do it.</param>
/// <param name="TagIds">Its tags.</param>
/// <param name="IsChanged">Whether this occurrence was moved or edited.</param>
/// <param name="IsCancelled">Whether this occurrence is left out.</param>
/// <param name="CompletedAt">UTC; null while it is open.</param>
/// <param name="CompletedBy">Who completed it.</param>
public sealed record CalendarEntry(
    Guid TodoId,
    OccurrenceKey? Occurrence,
    string Title,
    Guid? ListId,
    DayOrTime? Start,
    DayOrTime? Due,
    string? TimeZone,
    TodoPriority Priority,
    string? Colour,
    Guid[] AssigneeIds,
    Guid[] TagIds,
    bool IsChanged,
    bool IsCancelled,
    DateTimeOffset? CompletedAt,
    Guid? CompletedBy);

/// <summary>What is in a time.</summary>
/// <param name="Items">By when it starts or, if it does not start, is due.</param>
public sealed record CalendarResponse(IReadOnlyList<CalendarEntry> Items);
