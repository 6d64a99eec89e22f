namespace Todo.Tenancy.Inspection;

/// <summary>A tenant was named that can't be inspected, or does not meet the other conditions. Nothing was looked at.</summary>
public sealed class UninspectedTenantException(IReadOnlyList<string> slugs) : ArgumentException(
    $"No tenant with a schema to look at is called {string.Join(" or ", slugs)}: it does not exist, is being made or purged, or does not meet the other conditions.")
{
    /// <summary>The names, in alphabetical order.</summary>
    public IReadOnlyList<string> Slugs { get; } = slugs;
}
