namespace Todo.Tenancy.Lint;

/// <summary>
/// All that is watched for. The premise of most rules is that the service runs while tenants are migrated, and that the build before
/// this one still serves: a lock must be short, and what that build asks for must be there. A table made in the same migration is
/// spared from those, and so is a line's first migration.
/// </summary>
public static class LintRules
{
    /// <summary>The rule for answers to rules: it can't be acknowledged itself.</summary>
    internal const string AcknowledgementId = "acknowledgement";

    private const string Expand = "Expand first, contract later: ";

    /// <summary>The rules, in the order in which they are documented.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        new("adding-required-field",
            "A column that is `NOT NULL` without a default: it fails where there are rows, and the running build's inserts fail.",
            "Give it a constant default. Or add it nullable, fill it, and make it `NOT NULL` once every build sets it.")
        {
            OnChange = ChangeRules.AddingRequiredField,
            AlsoDown = true,
        },
        new("adding-field-with-default",
            "A column whose value differs from row to row (`random()`, `gen_random_uuid()`, a sequence, a stored generated column): the table is rewritten under a full lock. `now()` does not.",
            "Add the column without a default, set the default for new rows in an action of its own, and fill the old rows in batches.")
        {
            OnChange = ChangeRules.AddingFieldWithDefault,
            AlsoDown = true,
        },
        new("adding-not-nullable-field",
            "`SET NOT NULL` on a column that no validated check holds to be not null: all rows are read under a full lock.",
            "Add `CHECK (column IS NOT NULL) NOT VALID`, validate it in the next migration, then `SET NOT NULL` and drop the check.")
        {
            OnChange = ChangeRules.AddingNotNullableField,
            AlsoDown = true,
        },
        new("changing-column-type",
            "Another type for a column: table and indexes are rewritten under a full lock. Known widenings pass: `varchar` to a longer one or to `text`, `numeric` to more digits, `cidr` to `inet`.",
            Expand + "add a column of the new type, have builds write both, fill it, read the new one, then drop the old one.")
        {
            OnChange = ChangeRules.ChangingColumnType,
            AlsoDown = true,
        },
        new("renaming-column",
            "Another name for a column that the running build asks for.",
            Expand + "add a column with the new name, have builds write both, fill it, read the new one, then drop the old one. Or rename only the property.")
        {
            OnChange = ChangeRules.RenamingColumn,
        },
        new("renaming-table",
            "Another name for a table that the running build asks for.",
            Expand + "make the new table or a view under the new name, move builds over, then drop the old name. Or rename only the entity.")
        {
            OnChange = ChangeRules.RenamingTable,
        },
        new("ban-drop-column",
            "A column goes that the running build may still read.",
            Expand + "release a build that no longer maps the column; drop it in a later migration, and say so in an acknowledgement.")
        {
            OnChange = ChangeRules.BanDropColumn,
        },
        new("ban-drop-table",
            "A table or a view goes that the running build may still read.",
            Expand + "release a build that no longer maps it; drop it in a later migration, and say so in an acknowledgement.")
        {
            OnChange = ChangeRules.BanDropTable,
        },
        new("require-concurrent-index-creation",
            "An index on a table in use without `CONCURRENTLY`: nobody can write until it is built.",
            "`CREATE INDEX CONCURRENTLY` with `suppressTransaction: true`, as a migration of its own.")
        {
            OnChange = ChangeRules.RequireConcurrentIndexCreation,
            AlsoDown = true,
        },
        new("require-concurrent-index-deletion",
            "An index dropped without `CONCURRENTLY`: everybody who uses the table waits for the lock.",
            "`DROP INDEX CONCURRENTLY` with `suppressTransaction: true`, as the only statement of that direction.")
        {
            OnChange = ChangeRules.RequireConcurrentIndexDeletion,
            AlsoDown = true,
        },
        new("adding-foreign-key-constraint",
            "A foreign key that looks at all rows while writers of both tables wait.",
            "Add it `NOT VALID`, and `VALIDATE CONSTRAINT` in the next migration.")
        {
            OnChange = ChangeRules.AddingForeignKeyConstraint,
            AlsoDown = true,
        },
        new("constraint-missing-not-valid",
            "A check that looks at all rows while everybody waits.",
            "Add it `NOT VALID`, and `VALIDATE CONSTRAINT` in the next migration.")
        {
            OnChange = ChangeRules.ConstraintMissingNotValid,
            AlsoDown = true,
        },
        new("disallowed-unique-constraint",
            "A unique constraint that builds its index while everybody waits.",
            "`CREATE UNIQUE INDEX CONCURRENTLY` in a migration of its own, then `ADD CONSTRAINT … UNIQUE USING INDEX` in the next.")
        {
            OnChange = ChangeRules.DisallowedUniqueConstraint,
            AlsoDown = true,
        },
        new("adding-primary-key-constraint",
            "A primary key that builds its index while everybody waits.",
            "`CREATE UNIQUE INDEX CONCURRENTLY` in a migration of its own, then `ADD CONSTRAINT … PRIMARY KEY USING INDEX` in the next; its columns are `NOT NULL` before.")
        {
            OnChange = ChangeRules.AddingPrimaryKeyConstraint,
            AlsoDown = true,
        },
        new("adding-exclusion-constraint",
            "An exclusion constraint, which can only build its index while everybody waits.",
            "Put it on a new table. Or acknowledge it where the table is known to stay small.")
        {
            OnChange = ChangeRules.AddingExclusionConstraint,
            AlsoDown = true,
        },
        new("schema-qualified-name",
            "The name of a schema, such as `public.x`: the same text runs for every tenant, and the search path says whose tables are meant. `pg_catalog` and `information_schema` pass.",
            "Leave the schema out. What all tenants share belongs to the catalog's line.")
        {
            OnStatement = StatementRules.SchemaQualifiedName,
            AlsoDown = true,
        },
        new("session-state",
            "What stays on the connection, or redirects the rest of the transaction: `SET` without `LOCAL`, `search_path`, `set_config(…, false)`, `LISTEN`, `PREPARE`, temporary tables, session locks.",
            "`SET LOCAL`, `set_config(…, true)`, `pg_advisory_xact_lock`, a temporary table `ON COMMIT DROP`; leave `search_path` and `role` alone.")
        {
            OnStatement = StatementRules.SessionState,
            AlsoDown = true,
        },
        new("transaction-control",
            "`BEGIN`, `COMMIT`, `ROLLBACK`, `SAVEPOINT`: the transaction belongs to the engine, which also writes history and ledger in it.",
            "Leave it out, and split the migration if a part has to be kept when the rest fails.")
        {
            OnStatement = StatementRules.TransactionControl,
            AlsoDown = true,
        },
        new("not-portable-to-citus",
            "What a schema can't have when Citus distributes it: parents, partitions of partitions, sequences of fewer than 64 bits, foreign keys out of the schema, triggers, rules, foreign tables.",
            "A `uuid` or `bigint` key, one level of partitions, keys inside the schema, and code instead of triggers.")
        {
            OnChange = ChangeRules.NotPortableToCitus,
            OnStatement = StatementRules.NotPortableToCitus,
        },
        new("prefer-timestamp-tz",
            "A `timestamp` without a time zone: times here are moments, in UTC.",
            "`timestamptz`.")
        {
            OnChange = ChangeRules.PreferTimestampTz,
        },
        new("missing-down",
            "A migration without a way back, and without a word about it.",
            "Write `Down`. If there is no way back, put `[Irreversible(\"why\")]` on the class.")
        {
            OnMigration = MigrationRules.MissingDown,
        },
        new("empty-down",
            "A `Down` that does nothing where `Up` does something.",
            "Write what undoes `Up`. If nothing does, leave `Down` out and put `[Irreversible(\"why\")]` on the class.")
        {
            OnMigration = MigrationRules.EmptyDown,
        },
        new("irreversible-without-reason",
            "`[Irreversible]` with an empty reason.",
            "Say why there is no way back; it is shown to whoever asks for one.")
        {
            OnMigration = MigrationRules.IrreversibleWithoutReason,
        },
        new(AcknowledgementId,
            "An `[Acknowledge]` without a reason, for a rule that does not exist, or for one that finds nothing in the migration.",
            "Write the reason, mend the rule's id, or remove the attribute."),
    ];
}
