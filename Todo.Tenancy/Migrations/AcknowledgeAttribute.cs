namespace Todo.Tenancy.Migrations;

/// <summary>On a migration: its author knows what a lint rule warns of, and says why it is right here.</summary>
/// <param name="rule">The rule's id, as the linter prints it.</param>
/// <param name="reason">For the next reader; not empty.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class AcknowledgeAttribute(string rule, string reason) : Attribute
{
    /// <summary>The rule's id.</summary>
    public string Rule { get; } = rule;

    /// <summary>Why it is right here.</summary>
    public string Reason { get; } = reason;
}
