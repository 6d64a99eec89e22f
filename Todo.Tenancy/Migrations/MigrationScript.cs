namespace Todo.Tenancy.Migrations;

/// <summary>One direction of a migration as SQL, the same for every tenant.</summary>
/// <param name="Statements">In order, ending with the change to <c>__EFMigrationsHistory</c>. None of them names a schema.</param>
/// <param name="Concurrent">
/// Null if all of it runs in the tenant's transaction, which is the rule. Else the script's one statement that cannot
/// (<c>suppressTransaction</c>), in the form that can be interrupted at any point and taken up again.
/// </param>
/// <param name="DataLoss">Those of <paramref name="Statements"/> after which data is gone; see <see cref="DestructiveStatements"/>.</param>
public sealed record MigrationScript(IReadOnlyList<string> Statements, ConcurrentIndexStatement? Concurrent, IReadOnlyList<string> DataLoss)
{
    /// <summary>The same with the concurrent statement in its plain form: for empty tables, and inside a transaction.</summary>
    public IReadOnlyList<string> PlainStatements => Concurrent is null ? Statements : [Concurrent.PlainSql, History];

    /// <summary>The last of <see cref="Statements"/>: the history row's insertion or removal.</summary>
    public string History => Statements[^1];
}
