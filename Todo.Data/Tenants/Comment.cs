namespace Todo.Data.Tenants;

/// <summary>What somebody says about a todo.</summary>
public sealed class Comment : IOfTodo
{
    /// <summary>The longest text, in UTF-16 code units.</summary>
    public const int MaxTextLength = 5_000;

    /// <summary>The most people whom one mentions.</summary>
    public const int MaxMentions = 20;

    /// <summary>UUID version 7: the order of ids is the order of creation.</summary>
    public required Guid Id { get; init; }

    /// <summary>The todo.</summary>
    public required Guid TodoId { get; init; }

    /// <summary>Who wrote it; null: somebody who was deleted for good.</summary>
    public Guid? AuthorId { get; init; }

    /// <summary>Markdown, kept as text, in which <c>&lt;@id&gt;</c> mentions somebody.</summary>
    public required string Text { get; set; }

    /// <summary>Whom the text mentions, in the order in which it does.</summary>
    public Guid[] MentionIds { get; set; } = [];

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>UTC; null: it is as it was written.</summary>
    public DateTimeOffset? EditedAt { get; set; }

    /// <summary>One more with each change.</summary>
    public int Version { get; set; } = 1;
}
