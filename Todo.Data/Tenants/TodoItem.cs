namespace Todo.Data.Tenants;

/// <summary>How much something matters.</summary>
public enum TodoPriority : short
{
    /// <summary>Nobody has said.</summary>
    None,

    /// <summary>When there is time.</summary>
    Low,

    /// <summary>As things usually matter.</summary>
    Medium,

    /// <summary>Before others.</summary>
    High,

    /// <summary>Before all others.</summary>
    Urgent,
}

/// <summary>How a todo came to be.</summary>
public enum TodoSource
{
    /// <summary>A person made it.</summary>
    User,

    /// <summary>A machine made it with a key.</summary>
    ApiKey,

    /// <summary>A guest made it by a link.</summary>
    Guest,

    /// <summary>Out of a line of text.</summary>
    QuickAdd,

    /// <summary>It came with a file.</summary>
    Import,

    /// <summary>It is another time of something that repeats.</summary>
    Recurrence,
}

/// <summary>By what something comes again.</summary>
public enum RecurrenceMode
{
    /// <summary>By the calendar, whether it was done or not.</summary>
    Schedule,

    /// <summary>A while after it was done.</summary>
    Completion,
}

/// <summary>Something to do.</summary>
public sealed class TodoItem : IOrdered
{
    /// <summary>The longest title, in UTF-16 code units.</summary>
    public const int MaxTitleLength = 500;

    /// <summary>The longest notes, likewise.</summary>
    public const int MaxNotesLength = 20_000;

    /// <summary>The most people to whom it is assigned.</summary>
    public const int MaxAssignees = 20;

    /// <summary>The most tags.</summary>
    public const int MaxTags = 20;

    /// <summary>The most reminders.</summary>
    public const int MaxReminders = 10;

    /// <summary>The longest time before, in minutes, that somebody is reminded: a year.</summary>
    public const int MaxReminderMinutes = 366 * 24 * 60;

    /// <summary>The longest estimate, in minutes: as many hours as four digits hold.</summary>
    public const int MaxEstimateMinutes = 9_999 * 60;

    /// <summary>How deep todos are nested at most: a todo of a list, and nine levels below it.</summary>
    public const int MaxDepth = 10;

    /// <summary>UUID version 7: the order of ids is the order of creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its list; null: in none, as there are from before there were inboxes.</summary>
    public Guid? ListId { get; set; }

    /// <summary>What it is a part of, in the same list; null: of nothing.</summary>
    public Guid? ParentId { get; set; }

    /// <summary>Its place in its list: an <see cref="OrderKey"/>.</summary>
    public string Position { get; set; } = OrderKey.Unplaced;

    /// <summary>1 to <see cref="MaxTitleLength"/>.</summary>
    public required string Title { get; set; }

    /// <summary>Markdown, kept as text; null if none.</summary>
    public string? Notes { get; set; }

    /// <summary>How much it matters.</summary>
    public TodoPriority Priority { get; set; }

    /// <summary><c>#rrggbb</c> in lower case; null: none.</summary>
    public string? Colour { get; set; }

    /// <summary>UTC; null: it has no start. If <see cref="IsAllDay"/>, the beginning of that day in <see cref="TimeZone"/>.</summary>
    public DateTimeOffset? StartAt { get; set; }

    /// <summary>UTC; null: it is not due. If <see cref="IsAllDay"/>, the beginning of that day in <see cref="TimeZone"/>.</summary>
    public DateTimeOffset? DueAt { get; set; }

    /// <summary>Whether start and due are days and not moments.</summary>
    public bool IsAllDay { get; set; }

    /// <summary>The IANA zone in which whoever set start and due meant them; null: nobody said, and days are those of UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>How it repeats (RFC 5545, RRULE) from <see cref="RecurrenceFrom"/> on; null: it does not. Its start and due are those of one <see cref="Occurrence"/>.</summary>
    public string? RecurrenceRule { get; set; }

    /// <summary>By what; null if it does not repeat.</summary>
    public RecurrenceMode? RecurrenceMode { get; set; }

    /// <summary>Where its series begins (DTSTART), on the clocks of <see cref="TimeZone"/>; midnight for days. Null if it does not repeat.</summary>
    public DateTime? RecurrenceFrom { get; set; }

    /// <summary>Where the rule puts the occurrence that it is at (RECURRENCE-ID), likewise; it may have been moved. Null if it does not repeat.</summary>
    public DateTime? Occurrence { get; set; }

    /// <summary>When to remind, in minutes before it is due; before its start if it is not due. Ascending.</summary>
    public int[] Reminders { get; set; } = [];

    /// <summary>How long it will take, in minutes; null: nobody has said.</summary>
    public int? EstimateMinutes { get; set; }

    /// <summary>
    /// Who is to do it, in the order in which they were named. In the row, so that a page of todos is one scan; people are looked up when they are
    /// named, and taken out when they are deleted for good.
    /// </summary>
    public Guid[] AssigneeIds { get; set; } = [];

    /// <summary>Its tags, in the order in which they were put on it. In the row too; whoever takes a tag away takes it out of here.</summary>
    public Guid[] TagIds { get; set; } = [];

    /// <summary>How it came to be.</summary>
    public TodoSource Source { get; init; }

    /// <summary>The person who made it.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; changed by every write.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>UTC; null while it is open.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Who completed it; null while it is open.</summary>
    public Guid? CompletedBy { get; set; }

    /// <summary>How far the work is, as far as the rest of the row does not say more: see <see cref="State"/>.</summary>
    public WorkState WorkState { get; set; }

    /// <summary>
    /// How far the work is. That it is completed and that it is somebody's are said by <see cref="CompletedAt"/> and <see cref="AssigneeIds"/>, so that
    /// there is one truth about each, whoever writes them.
    /// </summary>
    public WorkState State => StateOf(WorkState, CompletedAt is not null, AssigneeIds.Length > 0);

    /// <summary>UTC; null: not deleted. What is deleted with its parts can be restored, until it is purged.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>One more with each change.</summary>
    public int Version { get; set; } = 1;

    /// <summary>See <see cref="State"/>.</summary>
    public static WorkState StateOf(WorkState stored, bool isCompleted, bool isAssigned) => isCompleted
        ? stored == WorkState.Approved ? WorkState.Approved : WorkState.Done
        : stored is WorkState.Accepted or WorkState.Rejected or WorkState.InProgress or WorkState.Paused or WorkState.Declined ? stored
        : isAssigned ? WorkState.Assigned
        : WorkState.New;
}
