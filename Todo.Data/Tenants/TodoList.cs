namespace Todo.Data.Tenants;

/// <summary>A named list of todos.</summary>
public sealed class TodoList
{
    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; set; }

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
