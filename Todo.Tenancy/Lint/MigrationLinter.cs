using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Lint;

/// <summary>
/// Finds in tenants' migrations what is not safe while the service runs. It reads the SQL, because EF Core's operations and what is
/// written by hand both end as SQL, and it needs no server. It sees what is written: not what a statement builds from strings.
/// </summary>
public static class MigrationLinter
{
    /// <summary>Lints a line, oldest migration first.</summary>
    /// <param name="line">The tenants' line. The catalog's names <c>public</c> and is not meant.</param>
    /// <param name="only">The ids of the migrations to report on; null for all. The others are still read, for what they made.</param>
    /// <returns>What was found, acknowledged or not; see <see cref="LintFinding.IsFailure"/>.</returns>
    /// <exception cref="UnknownMigrationException">The line has no migration of one of these ids.</exception>
    public static IReadOnlyList<LintFinding> Lint(MigrationLine line, IReadOnlySet<string>? only = null)
    {
        ArgumentNullException.ThrowIfNull(line);
        return Lint(line.Steps, only);
    }

    /// <summary>Lints the first migrations of a line, or all, before there is a line.</summary>
    /// <inheritdoc cref="Lint(MigrationLine, IReadOnlySet{string}?)"/>
    public static IReadOnlyList<LintFinding> Lint(IReadOnlyList<MigrationStep> steps, IReadOnlySet<string>? only = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (only?.FirstOrDefault(id => steps.All(step => step.Id != id)) is { } unknown)
        {
            throw new UnknownMigrationException(unknown, steps.Count > 0 ? steps[^1].Id : "none", "What is to be linted is");
        }

        var schema = new KnownSchema();
        var findings = new List<LintFinding>();
        for (var i = 0; i < steps.Count; i++)
        {
            schema.Begin(isFirst: i == 0);
            var found = LintStep(steps[i], schema);
            if (only is null || only.Contains(steps[i].Id))
            {
                findings.AddRange(found);
            }
        }

        return findings;
    }

    /// <summary>Lints SQL that is in no line: a later migration, of whose tables nothing is known but that they are in use.</summary>
    /// <param name="migration">The name to report under.</param>
    /// <param name="up">The statements that apply it; see <see cref="SqlStatements.Split"/>.</param>
    /// <param name="down">Those that undo it; null if there are none.</param>
    public static IReadOnlyList<LintFinding> Lint(string migration, IReadOnlyList<string> up, IReadOnlyList<string>? down)
    {
        ArgumentNullException.ThrowIfNull(up);
        var schema = new KnownSchema();
        return LintStep(new MigrationStep(migration, Script(up), down is null ? null : Script(down), "", ""), schema);

        // Where a line's scripts have the change to the history, there is none.
        static MigrationScript Script(IReadOnlyList<string> statements) => new([.. statements, ""], null, []);
    }

    private static List<LintFinding> LintStep(MigrationStep step, KnownSchema schema)
    {
        var findings = new List<LintFinding>();
        foreach (var rule in LintRules.All)
        {
            if (rule.OnMigration?.Invoke(step) is { } message)
            {
                findings.Add(Finding(rule, message, ""));
            }
        }

        findings.AddRange(LintScript(step.Up, schema, LintRules.All).Select(found => Finding(found.Rule, found.Message, found.Sql)));
        if (step.Down is { } down)
        {
            var after = schema.Copy();
            foreach (var dropped in down.Statements.SkipLast(1).SelectMany(LintedStatement.Read).SelectMany(statement => statement.Changes).OfType<DropTable>())
            {
                after.Abandon(dropped.Table);
            }

            findings.AddRange(LintScript(down, after, LintRules.All.Where(rule => rule.AlsoDown)).Select(found => Finding(found.Rule, "Down: " + found.Message, found.Sql)));
        }

        return [.. findings.Distinct(), .. Acknowledgements(step, findings)];

        LintFinding Finding(LintRule rule, string message, string sql) => new(step.Id, rule.Id, message, rule.Remedy, sql, ReasonFor(step, rule.Id));
    }

    // Rules see a change as it meets the schema, so what a statement did is noted before the next is looked at.
    private static IEnumerable<(LintRule Rule, string Message, string Sql)> LintScript(MigrationScript script, KnownSchema schema, IEnumerable<LintRule> rules)
    {
        var chosen = rules.ToArray();
        foreach (var statement in script.Statements.SkipLast(1).SelectMany(LintedStatement.Read))
        {
            foreach (var rule in chosen)
            {
                foreach (var message in rule.OnStatement?.Invoke(statement) ?? [])
                {
                    yield return (rule, message, statement.Sql);
                }
            }

            foreach (var change in statement.Changes)
            {
                foreach (var rule in chosen)
                {
                    if (rule.OnChange?.Invoke(change, schema) is { } message)
                    {
                        yield return (rule, message, statement.Sql);
                    }
                }

                schema.Apply(change);
            }
        }
    }

    private static string? ReasonFor(MigrationStep step, string rule) =>
        step.Acknowledged.TryGetValue(rule, out var reason) && !string.IsNullOrWhiteSpace(reason) ? reason : null;

    private static IEnumerable<LintFinding> Acknowledgements(MigrationStep step, List<LintFinding> findings)
    {
        var rule = LintRules.All.Single(known => known.Id == LintRules.AcknowledgementId);
        foreach (var (id, reason) in step.Acknowledged)
        {
            var message = id == rule.Id || LintRules.All.All(known => known.Id != id) ? $"{step.Id} acknowledges {id}, which is no rule that can be acknowledged."
                : findings.All(finding => finding.Rule != id) ? $"{step.Id} acknowledges {id}, which finds nothing in it."
                : string.IsNullOrWhiteSpace(reason) ? $"{step.Id} acknowledges {id} without a reason, so it does not count."
                : null;
            if (message is not null)
            {
                yield return new LintFinding(step.Id, rule.Id, message, rule.Remedy, "", null);
            }
        }
    }
}
