namespace Todo.Data.Tenants;

/// <summary>What can have happened. In SQL they stand as they are here; a test finds one that does not.</summary>
public static class EventKind
{
    /// <summary>A todo was made.</summary>
    public const string TodoCreated = "todo.created";

    /// <summary>Fields of a todo changed.</summary>
    public const string TodoChanged = "todo.changed";

    /// <summary>A todo was completed.</summary>
    public const string TodoCompleted = "todo.completed";

    /// <summary>A completed todo was opened again.</summary>
    public const string TodoReopened = "todo.reopened";

    /// <summary>A todo came into this list out of another one.</summary>
    public const string TodoMoved = "todo.moved";

    /// <summary>A todo went from this list to another one: the other end of <see cref="TodoMoved"/>, for those who see only this list.</summary>
    public const string TodoLeft = "todo.left";

    /// <summary>A todo went to the trash.</summary>
    public const string TodoDeleted = "todo.deleted";

    /// <summary>A todo came back from the trash.</summary>
    public const string TodoRestored = "todo.restored";

    /// <summary>A todo is gone for good.</summary>
    public const string TodoPurged = "todo.purged";

    /// <summary>The todos of the list, or of none, got new positions in the order that they were in.</summary>
    public const string TodosRespaced = "todos.respaced";

    /// <summary>A list was made.</summary>
    public const string ListCreated = "list.created";

    /// <summary>Fields of a list changed.</summary>
    public const string ListChanged = "list.changed";

    /// <summary>A list went to the trash, and its todos with it.</summary>
    public const string ListDeleted = "list.deleted";

    /// <summary>A list came back from the trash, and its todos with it.</summary>
    public const string ListRestored = "list.restored";

    /// <summary>A list is gone for good, and its todos with it.</summary>
    public const string ListPurged = "list.purged";

    /// <summary>A list is shared with a person or a group, or for something else than it was.</summary>
    public const string ListShared = "list.shared";

    /// <summary>A list is shared with a person or a group no more.</summary>
    public const string ListUnshared = "list.unshared";

    /// <summary>All lists got new positions in the order that they were in.</summary>
    public const string ListsRespaced = "lists.respaced";

    /// <summary>Somebody said something about a todo.</summary>
    public const string CommentCreated = "comment.created";

    /// <summary>Somebody changed what they said.</summary>
    public const string CommentChanged = "comment.changed";

    /// <summary>Somebody took back what they said.</summary>
    public const string CommentDeleted = "comment.deleted";

    /// <summary>A todo got a file.</summary>
    public const string FileCreated = "file.created";

    /// <summary>Somebody took a file from a todo.</summary>
    public const string FileDeleted = "file.deleted";

    /// <summary>A tag was made.</summary>
    public const string TagCreated = "tag.created";

    /// <summary>Fields of a tag changed.</summary>
    public const string TagChanged = "tag.changed";

    /// <summary>A tag was merged into another one, which todos have in its place.</summary>
    public const string TagMerged = "tag.merged";

    /// <summary>A tag is gone.</summary>
    public const string TagDeleted = "tag.deleted";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        TodoCreated, TodoChanged, TodoCompleted, TodoReopened, TodoMoved, TodoLeft, TodoDeleted, TodoRestored, TodoPurged, TodosRespaced,
        ListCreated, ListChanged, ListDeleted, ListRestored, ListPurged, ListShared, ListUnshared, ListsRespaced,
        CommentCreated, CommentChanged, CommentDeleted, FileCreated, FileDeleted, TagCreated, TagChanged, TagMerged, TagDeleted,
    ];
}
