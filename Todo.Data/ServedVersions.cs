using System.Collections.Frozen;

namespace Todo.Data;

/// <summary>
/// The versions of a tenant's schema that this build can work with. While a fleet is being migrated, or builds are being replaced, tenants are at
/// several versions, and each is served by every build that declares its version.
/// </summary>
/// <remarks>
/// Raise <see cref="LowestOfThisBuild"/> together with the first code that needs a newer schema, and only when every tenant is past it.
/// </remarks>
public sealed class ServedVersions
{
    /// <summary>The oldest schema that the code of this build still works with.</summary>
    public const string LowestOfThisBuild = "20261126211500_AddCalendarFeeds";

    private readonly FrozenSet<string> _served;

    private ServedVersions(string lowest, string highest)
    {
        (Lowest, Highest) = (Known(lowest), Known(highest));
        _served = MigrationLines.Tenant.Steps.Select(step => step.Id)
            .Where(id => string.CompareOrdinal(id, lowest) >= 0 && string.CompareOrdinal(id, highest) <= 0)
            .ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The oldest version that is served.</summary>
    public string Lowest { get; }

    /// <summary>The newest version that is served.</summary>
    public string Highest { get; }

    /// <summary>The range of this build, or a part of it.</summary>
    /// <param name="lowest">Null: <see cref="LowestOfThisBuild"/>.</param>
    /// <param name="highest">Null: the build's newest migration.</param>
    /// <exception cref="ArgumentException">The build has no such migration.</exception>
    public static ServedVersions Between(string? lowest, string? highest) => new(lowest ?? LowestOfThisBuild, highest ?? MigrationLines.Tenant.Head.Id);

    /// <summary>Whether a tenant at this version can be served; one without any (null) or at one that the build does not know can't.</summary>
    public bool Contains(string? version) => version is not null && _served.Contains(version);

    private static string Known(string id) =>
        MigrationLines.Tenant.Knows(id) ? id : throw new ArgumentException($"This build has no tenant migration '{id}'.");
}
