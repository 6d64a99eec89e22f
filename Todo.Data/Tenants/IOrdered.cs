namespace Todo.Data.Tenants;

/// <summary>What people put into an order by moving it.</summary>
public interface IOrdered
{
    /// <summary>Decides between those at one position.</summary>
    Guid Id { get; }

    /// <summary>An <see cref="OrderKey"/>.</summary>
    string Position { get; }
}
