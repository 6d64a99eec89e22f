namespace Todo.Data.Tenants;

/// <summary>One occurrence of a todo that repeats, if it is not as the rule has it: moved, edited, left out or done. Of the others there are no rows.</summary>
public sealed class TodoOccurrence
{
    /// <summary>The todo.</summary>
    public required Guid TodoId { get; init; }

    /// <summary>Where the rule puts it (RECURRENCE-ID), on the clocks of the todo's zone; midnight for days.</summary>
    public required DateTime Original { get; init; }

    /// <summary>Where it was moved to, likewise; null: it was not.</summary>
    public DateTime? MovedTo { get; set; }

    /// <summary>Its own title; null: the todo's.</summary>
    public string? Title { get; set; }

    /// <summary>Its own notes; null: the todo's.</summary>
    public string? Notes { get; set; }

    /// <summary>Whether it is left out.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>UTC; null: it is not done.</summary>
    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Who did it.</summary>
    public Guid? CompletedBy { get; set; }
}
