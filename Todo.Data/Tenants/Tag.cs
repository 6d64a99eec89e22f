namespace Todo.Data.Tenants;

/// <summary>A word that people put on todos, one and the same for the whole tenant.</summary>
public sealed class Tag
{
    /// <summary>The longest name, in UTF-16 code units.</summary>
    public const int MaxNameLength = 50;

    private string _name = null!;

    /// <summary>UUID version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>1 to <see cref="MaxNameLength"/>, without white space around it; unique in the tenant whatever its case.</summary>
    public required string Name
    {
        get => _name;
        set => (_name, NameKey) = (value, KeyOf(value));
    }

    /// <summary>What is unique of the name, and what tags are ordered by: see <see cref="KeyOf"/>.</summary>
    public string NameKey { get; private set; } = null!;

    /// <summary><c>#rrggbb</c> in lower case; null: none.</summary>
    public string? Colour { get; set; }

    /// <summary>Whether it is not offered any more for putting it on todos. On those that have it, it stays.</summary>
    public bool IsHidden { get; set; }

    /// <summary>One more with each change.</summary>
    public int Version { get; set; } = 1;

    /// <summary>UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The same for names that differ in case alone: in lower case, whatever the database's locale says of letters.</summary>
    public static string KeyOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToLowerInvariant();
    }
}
