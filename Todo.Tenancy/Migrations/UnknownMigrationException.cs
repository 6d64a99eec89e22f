namespace Todo.Tenancy.Migrations;

/// <summary>A schema stands at a migration that this build does not have: it was migrated by a newer build, or the migration was removed.</summary>
public sealed class UnknownMigrationException(string version, string head)
    : Exception($"The schema is at migration {version}, which this build does not know (its newest is {head}). Run a build that has it.")
{
    /// <summary>What the schema's history says.</summary>
    public string Version { get; } = version;
}
