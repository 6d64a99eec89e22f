namespace Todo.Tenancy.Migrations;

/// <summary>A way down leads past a migration that has no <c>Down</c>. Nothing was changed.</summary>
public sealed class IrreversibleMigrationException(MigrationStep step)
    : Exception($"Migration {step.Id} can't be undone: {step.IrreversibleReason ?? "it has no Down"}. Roll back to {step.Id} at the most, or restore an archive.")
{
    /// <summary>The migration's id.</summary>
    public string Migration { get; } = step.Id;
}
