namespace Todo.Data.Tenants;

/// <summary>Something to do.</summary>
public sealed class TodoItem
{
    /// <summary>The longest title, in UTF-16 code units.</summary>
    public const int MaxTitleLength = 500;

    /// <summary>The longest notes, likewise.</summary>
    public const int MaxNotesLength = 20_000;

    /// <summary>UUID version 7: the order of ids is the order of creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its list; null: in none.</summary>
    public Guid? ListId { get; set; }

    /// <summary>1 to <see cref="MaxTitleLength"/>.</summary>
    public required string Title { get; set; }

    /// <summary>Markdown, kept as text; null if none.</summary>
    public string? Notes { get; set; }

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
}
