using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Lint;

/// <summary>What the rules say of a migration as a whole: whether there is a way back.</summary>
internal static class MigrationRules
{
    public static string? MissingDown(MigrationStep step) => step.Down is null && step.IrreversibleReason is null
        ? $"{step.Id} has no Down: a run that applied it can't be rolled back, and nobody has said that this is meant."
        : null;

    public static string? EmptyDown(MigrationStep step) => step.Down is { Statements.Count: <= 1 } && step.Up.Statements.Count > 1
        ? $"{step.Id} has a Down that does nothing: after a rollback the history says that the migration is not there, and the schema says that it is."
        : null;

    public static string? IrreversibleWithoutReason(MigrationStep step) => step.IrreversibleReason is { } reason && string.IsNullOrWhiteSpace(reason)
        ? $"{step.Id} is marked as irreversible without a reason: whoever has to stop a rollback before it learns nothing."
        : null;
}
