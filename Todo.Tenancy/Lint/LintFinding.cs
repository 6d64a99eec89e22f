namespace Todo.Tenancy.Lint;

/// <summary>Something in a migration that is not safe while the service runs, or that its author has to answer for.</summary>
/// <param name="Migration">The migration's id.</param>
/// <param name="Rule">The rule's id; see <see cref="LintRules"/>.</param>
/// <param name="Message">What is unsafe and why, with the names of tables and columns.</param>
/// <param name="Remedy">What to do instead.</param>
/// <param name="Statement">The SQL it is about; empty if it is about the migration as a whole.</param>
/// <param name="AcknowledgedReason">Why the migration's author says it is right here; null if nobody does.</param>
public sealed record LintFinding(string Migration, string Rule, string Message, string Remedy, string Statement, string? AcknowledgedReason)
{
    /// <summary>Whether the migration should not be shipped like this: nobody has answered for the finding.</summary>
    public bool IsFailure => AcknowledgedReason is null;
}
