using System.ComponentModel.DataAnnotations;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.Todos;

/// <summary>A todo to be made.</summary>
/// <param name="Title">What is to be done.</param>
/// <param name="Notes">More about it, in Markdown.</param>
/// <param name="ListId">The list it belongs to; the caller's inbox if absent.</param>
public sealed record NewTodo(
    [Required, StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)] string Title,
    [StringLength(TodoItem.MaxNotesLength)] string? Notes = null,
    Guid? ListId = null);

/// <summary>A change to a todo. Fields that are absent stay as they are; <c>null</c> clears those that may be empty (RFC 7396).</summary>
public sealed class TodoChange : MergePatch, IValidatableObject
{
    /// <summary>The new title.</summary>
    [StringLength(TodoItem.MaxTitleLength)]
    public string Title { get; set => field = Given(value); } = null!;

    /// <summary>The new notes; null removes them.</summary>
    [StringLength(TodoItem.MaxNotesLength)]
    public string? Notes { get; set => field = Given(value); }

    /// <summary>The new list; null means the caller's inbox.</summary>
    public Guid? ListId { get; set => field = Given(value); }

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
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC.</param>
/// <param name="CompletedAt">UTC; null while it is open.</param>
/// <param name="CompletedBy">Who completed it.</param>
public sealed record TodoResponse(
    Guid Id,
    string Title,
    string? Notes,
    Guid? ListId,
    Guid CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset? CompletedAt,
    Guid? CompletedBy)
{
    internal static TodoResponse Of(TodoItem todo) => new(
        todo.Id, todo.Title, todo.Notes, todo.ListId, todo.CreatedBy, todo.CreatedAt, todo.UpdatedAt, todo.CompletedAt, todo.CompletedBy);
}
