namespace Todo.Data.Tenants;

/// <summary>Who sees a list without being its owner or having it shared.</summary>
public enum ListVisibility
{
    /// <summary>Nobody.</summary>
    Private,

    /// <summary>Everybody in the tenant, who may work in it too.</summary>
    Tenant,
}

/// <summary>What somebody may do with a list; each includes those before it.</summary>
public enum ListRight : short
{
    /// <summary>Nothing: for this person there is no such list.</summary>
    None,

    /// <summary>See it and its todos.</summary>
    Read,

    /// <summary>Make, change, complete, move and delete its todos.</summary>
    Write,

    /// <summary>Change, share, archive and delete the list itself.</summary>
    Manage,
}

/// <summary>A named list of todos.</summary>
public sealed class TodoList : IOrdered
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 200;

    /// <summary>UUID version 7. An inbox has the id of its owner, so that everybody can have but one, and finds it without looking.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to <see cref="MaxNameLength"/> characters.</summary>
    public required string Name { get; set; }

    /// <summary>Whose it is; null: nobody's, as lists are from before lists had owners. Those are everybody's who may write.</summary>
    public Guid? OwnerId { get; set; }

    /// <summary><c>#rrggbb</c> in lower case; null: none.</summary>
    public string? Colour { get; set; }

    /// <summary>A short text, such as an emoji or a name that clients know; null: none.</summary>
    public string? Icon { get; set; }

    /// <summary>Its place among the tenant's lists: an <see cref="OrderKey"/>.</summary>
    public string Position { get; set; } = OrderKey.Unplaced;

    /// <summary>Who sees it.</summary>
    public ListVisibility Visibility { get; set; }

    /// <summary>Where what its owner writes down without naming a list goes. It is not shared, archived or deleted.</summary>
    public bool IsInbox { get; init; }

    /// <summary>UTC; null: in use. An archived list can be read, and its todos don't change.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>UTC; null: not deleted. A deleted list can be restored until it is purged, with its todos.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>One more with each change.</summary>
    public int Version { get; set; } = 1;

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>That a person, or a group of people, may do something with a list that is not theirs.</summary>
public sealed class ListShare
{
    /// <summary>The list.</summary>
    public required Guid ListId { get; init; }

    /// <summary>The person or the group, whichever it is.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>The person; null if it is a group.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The group; null if it is a person.</summary>
    public Guid? GroupId { get; init; }

    /// <summary>More than nothing.</summary>
    public required ListRight Access { get; set; }
}

/// <summary>That somebody likes to have a list at hand.</summary>
public sealed class ListFavourite
{
    /// <summary>The person.</summary>
    public required Guid UserId { get; init; }

    /// <summary>The list.</summary>
    public required Guid ListId { get; init; }
}
