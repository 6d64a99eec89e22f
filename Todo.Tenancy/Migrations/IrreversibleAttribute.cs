namespace Todo.Tenancy.Migrations;

/// <summary>On a migration without a <c>Down</c>: it can't be undone, and that was decided, not forgotten. A rollback stops before it.</summary>
/// <param name="reason">Why; shown to whoever asks for the rollback.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class IrreversibleAttribute(string reason) : Attribute
{
    /// <summary>Why it can't be undone.</summary>
    public string Reason { get; } = reason;
}
