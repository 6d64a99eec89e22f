using System.ComponentModel.DataAnnotations;
using Todo.Api.Lists;
using Todo.Api.Occurrences;
using Todo.Api.Settings;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>A todo to be made.</summary>
/// <param name="Title">What is to be done.</param>
/// <param name="Notes">More about it, in Markdown.</param>
/// <param name="ListId">The list it belongs to; if absent the list of what it is a part of, else the caller's inbox.</param>
/// <param name="ParentId">What it is a part of, in the same list.</param>
/// <param name="Position">Where it is to stand among those that are part of the same; last if absent.</param>
/// <param name="Priority">How much it matters.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="Start">A day or a moment.</param>
/// <param name="Due">A day or a moment, as the start is.</param>
/// <param name="TimeZone">The IANA zone in which start and due are meant; in it, days begin.</param>
/// <param name="Reminders">When to remind, in minutes before it is due; before its start if it is not due.</param>
/// <param name="EstimateMinutes">How long it will take.</param>
/// <param name="AssigneeIds">Who is to do it.</param>
/// <param name="TagIds">Its tags.</param>
/// <param name="Recurrence">How it repeats; then it has a start or is due, and is at the first occurrence from there on.</param>
public sealed record NewTodo(
    [Required, StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)] string Title,
    [StringLength(TodoItem.MaxNotesLength)] string? Notes = null,
    Guid? ListId = null,
    Guid? ParentId = null,
    Placement? Position = null,
    [EnumDataType(typeof(TodoPriority))] TodoPriority Priority = TodoPriority.None,
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)] string? Colour = null,
    DayOrTime? Start = null,
    DayOrTime? Due = null,
    [TimeZone] string? TimeZone = null,
    [MaxLength(TodoItem.MaxReminders)] int[]? Reminders = null,
    [Range(1, TodoItem.MaxEstimateMinutes)] int? EstimateMinutes = null,
    [MaxLength(TodoItem.MaxAssignees)] Guid[]? AssigneeIds = null,
    [MaxLength(TodoItem.MaxTags)] Guid[]? TagIds = null,
    NewRecurrence? Recurrence = null);

/// <summary>Todos to be made, all or none of them.</summary>
/// <param name="Items">In the order in which they are to stand.</param>
public sealed record NewTodos([Required, MinLength(1), MaxLength(NewTodos.MaxItems)] IReadOnlyList<NewTodo> Items)
{
    /// <summary>The most in one call.</summary>
    public const int MaxItems = 100;
}

/// <summary>Todos that were made.</summary>
/// <param name="Items">In the order in which they were asked for.</param>
public sealed record TodosCreated(IReadOnlyList<TodoResponse> Items);

/// <summary>Where a copy goes.</summary>
/// <param name="ListId">Its list; that of what is copied if absent.</param>
/// <param name="ParentId">What it is a part of; nothing if absent.</param>
/// <param name="Position">Where it is to stand; last if absent.</param>
/// <param name="Title">Its title; that of what is copied if absent.</param>
public sealed record TodoCopy(
    Guid? ListId = null,
    Guid? ParentId = null,
    Placement? Position = null,
    [StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)] string? Title = null);

/// <summary>A change to a todo. Fields that are absent stay as they are; <c>null</c> clears those that may be empty (RFC 7396).</summary>
public sealed class TodoChange : MergePatch, IValidatableObject
{
    /// <summary>The new title.</summary>
    [StringLength(TodoItem.MaxTitleLength)]
    public string Title { get; set => field = Given(value); } = null!;

    /// <summary>The new notes; null removes them.</summary>
    [StringLength(TodoItem.MaxNotesLength)]
    public string? Notes { get; set => field = Given(value); }

    /// <summary>The new list, to which it goes with its parts; null means the caller's inbox. Without parentId it is no part of anything there.</summary>
    public Guid? ListId { get; set => field = Given(value); }

    /// <summary>What it is a part of from now on, whichever list that is in; null: of nothing.</summary>
    public Guid? ParentId { get; set => field = Given(value); }

    /// <summary>Where it is to stand from now on, among those that are part of the same.</summary>
    public Placement Position { get; set => field = Given(value); } = null!;

    /// <summary>How much it matters.</summary>
    [EnumDataType(typeof(TodoPriority))]
    public TodoPriority Priority { get; set => field = Given(value); }

    /// <summary><c>#rrggbb</c>; null: none.</summary>
    [RegularExpression(NewList.ColourPattern, ErrorMessage = NewList.ColourRule)]
    public string? Colour { get; set => field = Given(value); }

    /// <summary>A day or a moment; null: it has no start.</summary>
    public DayOrTime? Start { get; set => field = Given(value); }

    /// <summary>A day or a moment, as the start is; null: it is not due.</summary>
    public DayOrTime? Due { get; set => field = Given(value); }

    /// <summary>The IANA zone in which start and due are meant; null: nobody says.</summary>
    [TimeZone]
    public string? TimeZone { get; set => field = Given(value); }

    /// <summary>When to remind, in minutes before it is due; null: not at all.</summary>
    [MaxLength(TodoItem.MaxReminders)]
    public int[]? Reminders { get; set => field = Given(value); }

    /// <summary>How long it will take; null: nobody says.</summary>
    [Range(1, TodoItem.MaxEstimateMinutes)]
    public int? EstimateMinutes { get; set => field = Given(value); }

    /// <summary>Who is to do it; null: nobody in particular.</summary>
    [MaxLength(TodoItem.MaxAssignees)]
    public Guid[]? AssigneeIds { get; set => field = Given(value); }

    /// <summary>Its tags; null: none.</summary>
    [MaxLength(TodoItem.MaxTags)]
    public Guid[]? TagIds { get; set => field = Given(value); }

    /// <summary>How it repeats; null: not any more. With another rule, time or zone its series begins anew.</summary>
    public NewRecurrence? Recurrence { get; set => field = Given(value); }

    /// <summary>Whether it is about more rows than the todo's.</summary>
    internal bool NeedsTransaction => IsMove || Has(nameof(TagIds)) || Has(nameof(AssigneeIds));

    internal bool IsMove => Has(nameof(ListId)) || Has(nameof(ParentId));

    // Not [Required], as for a new todo: here a title may be absent, and then it is null.

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Has(nameof(Title)) && string.IsNullOrWhiteSpace(Title))
        {
            yield return new ValidationResult("The Title field needs more than white space.", [nameof(Title)]);
        }
    }
}

/// <summary>A todo.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="Notes">More about it, in Markdown.</param>
/// <param name="ListId">Its list, if it is in one.</param>
/// <param name="ParentId">What it is a part of.</param>
/// <param name="Position">Its place in its list: what comes first has the lower text, compared byte by byte, and of two that are equal the lower id.</param>
/// <param name="Priority">How much it matters.</param>
/// <param name="Colour"><c>#rrggbb</c>.</param>
/// <param name="Start">A day or a moment.</param>
/// <param name="Due">A day or a moment.</param>
/// <param name="TimeZone">The IANA zone in which start and due are meant.</param>
/// <param name="Recurrence">How it repeats; null: not at all.</param>
/// <param name="Reminders">When to remind, in minutes before it is due.</param>
/// <param name="EstimateMinutes">How long it will take.</param>
/// <param name="AssigneeIds">Who is to do it.</param>
/// <param name="TagIds">Its tags.</param>
/// <param name="Source">How it came to be.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
/// <param name="CompletedAt">UTC; null while it is open.</param>
/// <param name="CompletedBy">Who completed it.</param>
/// <param name="WorkState">How far the work is.</param>
/// <param name="DeletedAt">UTC; null: not deleted.</param>
/// <param name="Version">One more with each change; the ETag has it.</param>
public sealed record TodoResponse(
    Guid Id,
    string Title,
    string? Notes,
    Guid? ListId,
    Guid? ParentId,
    string Position,
    TodoPriority Priority,
    string? Colour,
    DayOrTime? Start,
    DayOrTime? Due,
    string? TimeZone,
    RecurrenceResponse? Recurrence,
    int[] Reminders,
    int? EstimateMinutes,
    Guid[] AssigneeIds,
    Guid[] TagIds,
    TodoSource Source,
    Guid CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? CompletedAt,
    Guid? CompletedBy,
    WorkState WorkState,
    DateTimeOffset? DeletedAt,
    int Version)
{
    internal static TodoResponse Of(TodoItem todo) => new(
        todo.Id,
        todo.Title,
        todo.Notes,
        todo.ListId,
        todo.ParentId,
        todo.Position,
        todo.Priority,
        todo.Colour,
        DayOrTime.Of(todo.StartAt, todo.IsAllDay, todo.TimeZone),
        DayOrTime.Of(todo.DueAt, todo.IsAllDay, todo.TimeZone),
        todo.TimeZone,
        RecurrenceResponse.Of(todo.RecurrenceRule, todo.RecurrenceMode, todo.Occurrence, todo.IsAllDay),
        todo.Reminders,
        todo.EstimateMinutes,
        todo.AssigneeIds,
        todo.TagIds,
        todo.Source,
        todo.CreatedBy,
        todo.CreatedAt,
        todo.UpdatedAt,
        todo.CompletedAt,
        todo.CompletedBy,
        todo.State,
        todo.DeletedAt,
        todo.Version);
}
