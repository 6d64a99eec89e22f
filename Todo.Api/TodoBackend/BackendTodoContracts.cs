using System.ComponentModel.DataAnnotations;
using Todo.Api.Versions;
using Todo.Data.Tenants;

namespace Todo.Api.TodoBackend;

/// <summary>A todo to be made, as clients of the Todo-Backend contract make it.</summary>
/// <param name="Title">What is to be done.</param>
/// <param name="Order">Its place: the lowest comes first; last if absent.</param>
/// <param name="Completed">Whether it is done already.</param>
public sealed record NewBackendTodo([Required, StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)] string Title, int? Order = null, bool Completed = false);

/// <summary>A change to a todo. What is absent stays as it is.</summary>
public sealed class BackendTodoChange : MergePatch
{
    /// <summary>The new title.</summary>
    [StringLength(TodoItem.MaxTitleLength, MinimumLength = 1)]
    public string Title { get; set => field = Given(value); } = null!;

    /// <summary>Whether it is done.</summary>
    public bool Completed { get; set => field = Given(value); }

    /// <summary>Its place.</summary>
    public int Order { get; set => field = Given(value); }
}

/// <summary>A todo.</summary>
/// <param name="Id">Its id, the same as everywhere in this API.</param>
/// <param name="Title">What is to be done.</param>
/// <param name="Completed">Whether it is done.</param>
/// <param name="Order">Its place as it was given here; null: it was put where it is in another way.</param>
/// <param name="Url">Where to get, change and delete it.</param>
public sealed record BackendTodo(Guid Id, string Title, bool Completed, int? Order, string Url)
{
    internal static BackendTodo Of(TodoItem todo, HttpRequest request) =>
        new(todo.Id, todo.Title, todo.CompletedAt is not null, OrderKey.NumberOf(todo.Position), $"{request.Scheme}://{request.Host}{TodoBackendEndpoints.Path}/{todo.Id}");
}
