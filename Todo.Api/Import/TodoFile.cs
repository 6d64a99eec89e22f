using Todo.Api.Errors;
using Todo.Api.Todos;
using Todo.Api.Users;
using Todo.Data.Tenants;
using Todo.Scheduling.Calendars;

namespace Todo.Api.Import;

/// <summary>What an import did, or would do.</summary>
/// <param name="DryRun">Whether it only looked.</param>
/// <param name="Todos">How many todos the file has.</param>
/// <param name="Imported">How many were made.</param>
/// <param name="Errors">What is wrong; with a single error nothing is made.</param>
public sealed record TodoImportReport(bool DryRun, int Todos, int Imported, IReadOnlyList<ImportError> Errors);

/// <summary>A todo in a file.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Todo">What it says of the todo.</param>
/// <param name="Tags">The names of its tags.</param>
internal sealed record TodoRow(int Line, NewTodo Todo, IReadOnlyList<string> Tags)
{
    /// <summary>Whether tags that there are not are left away, as a calendar's categories are its own.</summary>
    public bool MayHaveOtherTags { get; init; }

    /// <summary>When it was done; null: it is open.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The series as the calendar has it, if it repeats.</summary>
    public CalendarItem? Series { get; init; }

    /// <summary>Its single occurrences that are not as its rule has them.</summary>
    public IReadOnlyList<CalendarItem> Changed { get; init; } = [];
}

/// <summary>A file of todos, read by itself.</summary>
internal sealed class TodoFile
{
    /// <summary>The most todos in one file: they are made in one transaction.</summary>
    public const int MaxTodos = 2_000;

    public List<TodoRow> Rows { get; } = [];

    public List<ImportError> Errors { get; } = [];

    /// <summary>Adds one, if what it says fits.</summary>
    /// <exception cref="RefusedException">It is more than one import takes.</exception>
    public void Add(TodoRow row)
    {
        if (Rows.Count == MaxTodos)
        {
            throw RefusedException.Invalid($"The file has more than {MaxTodos:N0} todos. Make several of it.");
        }

        var todo = row.Todo;
        Require(!string.IsNullOrWhiteSpace(todo.Title) && todo.Title.Length <= TodoItem.MaxTitleLength, row.Line, "title", $"A title has 1 to {TodoItem.MaxTitleLength} characters.");
        Require(todo.Notes is null || todo.Notes.Length <= TodoItem.MaxNotesLength, row.Line, "notes", $"Notes have at most {TodoItem.MaxNotesLength:N0} characters.");
        Require(!todo.Title.Contains('\0', StringComparison.Ordinal) && todo.Notes?.Contains('\0', StringComparison.Ordinal) != true, row.Line, null, "The character U+0000 can't be stored.");
        Require(row.Tags.Count <= TodoItem.MaxTags, row.Line, "tags", $"A todo has at most {TodoItem.MaxTags} tags.");
        Rows.Add(row);
    }

    public void Require(bool isRight, int line, string? column, string message)
    {
        if (!isRight)
        {
            Errors.Add(new ImportError(line, column, message));
        }
    }
}
