namespace Todo.Tenancy.Migrations;

/// <summary>One statement of a path, and the migration that it belongs to.</summary>
/// <param name="Migration">The migration's id.</param>
/// <param name="Sql">The statement.</param>
public sealed record PathStatement(string Migration, string Sql);

/// <summary>
/// All that leads a schema from one version to another, up or down, as SQL made once for every tenant that goes this way.
/// </summary>
public sealed class MigrationPath
{
    internal MigrationPath(string? from, string? to, bool isDown, IReadOnlyList<MigrationStep> steps, string? toChecksum)
    {
        (From, To, IsDown, Steps, ToChecksum) = (from, to, isDown, steps, toChecksum);
        var scripts = steps.Select(step => (step.Id, Script: isDown ? step.Down! : step.Up)).ToArray();
        Statements = [.. scripts.SelectMany(step => Transactional(step.Script).Select(sql => new PathStatement(step.Id, sql)))];
        DataLoss = [.. scripts.SelectMany(step => step.Script.DataLoss.Select(sql => new PathStatement(step.Id, sql)))];
        HasConcurrent = scripts.Any(step => step.Script.Concurrent is not null);
        Checksum = MigrationLine.Hash(string.Join(";\n", scripts.SelectMany(step => step.Script.Statements.SkipLast(1).Prepend(step.Id))));
    }

    /// <summary>Where it starts; null is an empty schema.</summary>
    public string? From { get; }

    /// <summary>Where it ends; null is an empty schema.</summary>
    public string? To { get; }

    /// <summary>Whether it undoes migrations.</summary>
    public bool IsDown { get; }

    /// <summary>The migrations, in the order in which they are applied or undone.</summary>
    public IReadOnlyList<MigrationStep> Steps { get; }

    /// <summary>The line checksum of a schema at <see cref="To"/>; null for an empty one.</summary>
    public string? ToChecksum { get; }

    /// <summary>
    /// Everything as one transaction: concurrent statements in their plain form, each after a check that the table is small enough for it.
    /// </summary>
    public IReadOnlyList<PathStatement> Statements { get; }

    /// <summary>The statements after which data is gone.</summary>
    public IReadOnlyList<PathStatement> DataLoss { get; }

    /// <summary>Whether a big table makes it take several steps, because one of them must run outside a transaction.</summary>
    public bool HasConcurrent { get; }

    /// <summary>SHA-256 over the migrations' ids and statements: whether another build would do the same.</summary>
    public string Checksum { get; }

    /// <summary>The direction of a step that this path takes.</summary>
    public MigrationScript ScriptOf(MigrationStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return IsDown ? step.Down! : step.Up;
    }

    // The check is a statement of its own, so that it asks in the transaction that then takes the lock.
    private static IEnumerable<string> Transactional(MigrationScript script) => script.Concurrent is not { } concurrent
        ? script.Statements
        : [$"SELECT public.assert_small_relation('{concurrent.MeasuredRelation.Replace("'", "''", StringComparison.Ordinal)}')", concurrent.PlainSql, script.History];
}
