namespace Todo.Data.Tenants;

/// <summary>What belongs to one todo.</summary>
public interface IOfTodo
{
    /// <summary>UUID version 7: the order of ids is the order of creation.</summary>
    Guid Id { get; }

    /// <summary>The todo.</summary>
    Guid TodoId { get; }
}
