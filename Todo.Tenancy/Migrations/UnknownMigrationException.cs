namespace Todo.Tenancy.Migrations;

/// <summary>A migration is named that this build does not have: by a schema that a newer build has migrated, by the catalog, or by who asks.</summary>
/// <param name="version">The migration.</param>
/// <param name="head">The newest one of this build.</param>
/// <param name="where">How the sentence begins that names it.</param>
public sealed class UnknownMigrationException(string version, string head, string where = "The schema is at")
    : Exception($"{where} migration {version}, which this build does not know (its newest is {head}). Run a build that has it.")
{
    /// <summary>The migration that is named.</summary>
    public string Version { get; } = version;
}
