namespace Todo.Data.Tenants;

/// <summary>Conditions on todos that somebody keeps under a name, for themselves.</summary>
public sealed class SavedFilter
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 100;

    private string _name = null!;

    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public required Guid UserId { get; init; }

    /// <summary>1 to <see cref="MaxNameLength"/>, without white space around it; unique among the person's whatever its case.</summary>
    public required string Name
    {
        get => _name;
        set => (_name, NameKey) = (value, Tag.KeyOf(value));
    }

    /// <summary>What is unique of the name, and what they are ordered by, as for tags.</summary>
    public string NameKey { get; private set; } = null!;

    /// <summary>JSON: the members of a query of todos.</summary>
    public required string Conditions { get; set; }

    /// <summary>The order, as a query of todos names it; null: that of their making.</summary>
    public string? Sort { get; set; }

    /// <summary>One more with each change.</summary>
    public int Version { get; set; } = 1;

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
