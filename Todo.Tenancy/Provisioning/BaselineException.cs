namespace Todo.Tenancy.Provisioning;

/// <summary>A schema can't be said to be at a version, because it lacks tables that the version has. Nothing was changed.</summary>
public sealed class BaselineException(string slug, string version, IReadOnlyList<string> missing)
    : Exception($"Tenant '{slug}' is not at {version}: its schema lacks {string.Join(", ", missing)}. Name the version that it has, make the tables, or force it.")
{
    /// <summary>The tenant's slug.</summary>
    public string Slug { get; } = slug;

    /// <summary>The version that was claimed.</summary>
    public string Version { get; } = version;

    /// <summary>The tables that are missing.</summary>
    public IReadOnlyList<string> Missing { get; } = missing;
}
