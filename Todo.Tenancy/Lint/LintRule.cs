using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Lint;

/// <summary>One thing to watch for in migrations.</summary>
/// <param name="Id">Its name, as <see cref="AcknowledgeAttribute"/> takes it. Where squawk or strong_migrations have a name for it, it is theirs.</param>
/// <param name="WarnsOf">What it finds, and what that does to a running service.</param>
/// <param name="Remedy">What to do instead.</param>
public sealed record LintRule(string Id, string WarnsOf, string Remedy)
{
    /// <summary>Whether it looks at <c>Down</c> too. A rollback is run on live tenants as well, but taking away what was added is its purpose.</summary>
    internal bool AlsoDown { get; init; }

    /// <summary>Says what is wrong with a change to the schema that is known so far; null if nothing is.</summary>
    internal Func<SchemaChange, KnownSchema, string?>? OnChange { get; init; }

    /// <summary>Says what is wrong with a statement.</summary>
    internal Func<LintedStatement, IEnumerable<string>>? OnStatement { get; init; }

    /// <summary>Says what is wrong with a migration as a whole; null if nothing is.</summary>
    internal Func<MigrationStep, string?>? OnMigration { get; init; }
}
