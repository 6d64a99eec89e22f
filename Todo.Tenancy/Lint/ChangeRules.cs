namespace Todo.Tenancy.Lint;

/// <summary>What the rules say of changes to tables. Tables that nobody uses yet may be changed in any way.</summary>
internal static class ChangeRules
{
    // Functions that give one value for the whole statement, which the server then keeps once for all rows; and words before a
    // parenthesis that are no functions. All others are taken to be volatile.
    private static readonly HashSet<string> Steady = new(StringComparer.Ordinal)
    {
        "now", "transaction_timestamp", "statement_timestamp", "current_timestamp", "current_time", "localtimestamp", "localtime", "current_setting", "current_schema",
        "to_timestamp", "to_date", "to_char", "to_number", "date_trunc", "date_part", "extract", "timezone", "age",
        "make_date", "make_time", "make_timestamp", "make_timestamptz", "make_interval",
        "lower", "upper", "initcap", "trim", "btrim", "ltrim", "rtrim", "replace", "concat", "concat_ws", "format", "left", "right", "substring", "substr", "lpad", "rpad",
        "length", "char_length", "md5", "sha256", "encode", "decode", "coalesce", "nullif", "greatest", "least", "abs", "ceil", "ceiling", "floor", "round", "trunc", "mod", "power",
        "jsonb_build_object", "jsonb_build_array", "json_build_object", "json_build_array", "to_json", "to_jsonb", "array_fill", "to_tsvector",
        "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
        "cast", "row", "array", "case", "when", "then", "else", "in", "and", "or", "not", "any", "all", "between", "is",
        "varchar", "varying", "char", "character", "numeric", "decimal", "timestamp", "timestamptz", "time", "bit", "interval",
    };

    public static string? AddingRequiredField(SchemaChange change, KnownSchema schema) =>
        change is AddColumn { IsRequired: true, HasValue: false } added && schema.IsInUse(added.Table)
            ? $"{added.Table}.{added.Column} is added as NOT NULL without a default: it fails for every tenant with a row in {added.Table}, " +
              "and elsewhere the running build can insert none, because it doesn't know the column."
            : null;

    public static string? AddingFieldWithDefault(SchemaChange change, KnownSchema schema)
    {
        if (change is not AddColumn added || !schema.IsInUse(added.Table))
        {
            return null;
        }

        var cause = added.IsStored ? "a stored generated column"
            : added.IsIdentity || added.Type.IsSerial ? "numbers from a sequence"
            : added.Default is { } value && FirstVolatile(value) is { } function ? $"a default from {function}(), which is volatile or not known to be stable"
            : null;
        return cause is null ? null : $"{added.Table}.{added.Column} is added with {cause}: every row of {added.Table} is written again, and nobody can read or write meanwhile.";
    }

    public static string? AddingNotNullableField(SchemaChange change, KnownSchema schema)
    {
        var (table, column) = change switch
        {
            SetNotNull set => (set.Table, set.Column),
            AddConstraint { Kind: ConstraintKind.NotNull, IsUnchecked: false, NotNull: [var only] } added => (added.Table, only),
            _ => ("", ""),
        };
        return table.Length > 0 && schema.IsInUse(table) && !schema.IsHeldNotNull(table, column)
            ? $"{table}.{column} becomes NOT NULL: every row of {table} is read to find out whether it may, and nobody can read or write meanwhile."
            : null;
    }

    public static string? ChangingColumnType(SchemaChange change, KnownSchema schema)
    {
        if (change is not ChangeColumnType changed || !schema.IsInUse(changed.Table))
        {
            return null;
        }

        var from = schema.TypeOf(changed.Table, changed.Column);
        if (!changed.IsConverted && from.Widens(changed.Type))
        {
            return null;
        }

        var known = from == ColumnType.Unknown ? "" : $" from {from}";
        return $"{changed.Table}.{changed.Column} changes its type{known} to {changed.Type}: every row and index is written again, " +
            "nobody can read or write meanwhile, and the running build expects the old type.";
    }

    public static string? RenamingColumn(SchemaChange change, KnownSchema schema) => change is RenameColumn renamed && schema.IsInUse(renamed.Table)
        ? $"{renamed.Table}.{renamed.Column} is renamed to {renamed.To}: the running build still asks for {renamed.Column} and fails."
        : null;

    public static string? RenamingTable(SchemaChange change, KnownSchema schema) => change is RenameTable renamed && schema.IsInUse(renamed.Table)
        ? $"{renamed.Table} is renamed to {renamed.To}: the running build still asks for {renamed.Table} and fails."
        : null;

    public static string? BanDropColumn(SchemaChange change, KnownSchema schema) => change is DropColumn dropped && schema.IsInUse(dropped.Table)
        ? $"{dropped.Table}.{dropped.Column} is dropped: a running build that still reads it fails, and its values are gone."
        : null;

    public static string? BanDropTable(SchemaChange change, KnownSchema schema) => change is DropTable dropped && schema.IsInUse(dropped.Table)
        ? $"The {dropped.Kind} {dropped.Table} is dropped: a running build that still reads it fails{(dropped.Kind == "table" ? ", and its rows are gone" : "")}."
        : null;

    public static string? RequireConcurrentIndexCreation(SchemaChange change, KnownSchema schema) =>
        change is CreateIndex { IsConcurrent: false } created && schema.IsInUse(created.Table)
            ? $"{(created.Index.Length > 0 ? created.Index : "An index")} is built without CONCURRENTLY: nobody can write to {created.Table} until it is done."
            : null;

    public static string? RequireConcurrentIndexDeletion(SchemaChange change, KnownSchema schema) =>
        change is DropIndex { IsConcurrent: false } dropped && schema.IsIndexInUse(dropped.Index)
            ? $"{dropped.Index} is dropped without CONCURRENTLY: it waits for everybody who uses its table, and everybody else waits behind it."
            : null;

    public static string? AddingForeignKeyConstraint(SchemaChange change, KnownSchema schema) => Unchecked(change, schema, ConstraintKind.ForeignKey, "nobody can write to either table");

    public static string? ConstraintMissingNotValid(SchemaChange change, KnownSchema schema) => Unchecked(change, schema, ConstraintKind.Check, "nobody can read or write");

    public static string? DisallowedUniqueConstraint(SchemaChange change, KnownSchema schema) => Indexed(change, schema, ConstraintKind.Unique);

    public static string? AddingPrimaryKeyConstraint(SchemaChange change, KnownSchema schema) => Indexed(change, schema, ConstraintKind.PrimaryKey);

    public static string? AddingExclusionConstraint(SchemaChange change, KnownSchema schema) => Indexed(change, schema, ConstraintKind.Exclusion);

    public static string? PreferTimestampTz(SchemaChange change, KnownSchema _)
    {
        var (table, column, type) = change switch
        {
            AddColumn added => (added.Table, added.Column, added.Type),
            ChangeColumnType changed => (changed.Table, changed.Column, changed.Type),
            _ => ("", "", ColumnType.Unknown),
        };
        return type.Name is "timestamp" or "timestamp[]" ? $"{table}.{column} is a timestamp without a time zone: it says no moment, and a session elsewhere reads another time." : null;
    }

    public static string? NotPortableToCitus(SchemaChange change, KnownSchema _) => change switch
    {
        CreateTable { Inherits: true } created => $"{created.Table} inherits from a table or is made of a type: Citus takes no such table into a distributed schema.",
        InheritTable inherits => $"{inherits.Table} gets a parent: Citus takes no such table into a distributed schema.",
        CreateTable { IsPartition: true, IsPartitioned: true } created => $"{created.Table} is a partition that has partitions itself: Citus takes only one level into a distributed schema.",
        AddColumn added when (added.Type.IsSerial || added.IsIdentity) && added.Type.IsNarrow =>
            $"{added.Table}.{added.Column} takes its numbers from a sequence of fewer than 64 bits: Citus puts the node's number into the upper ones, and inserts on other nodes fail.",
        CreateSequence { Type.IsNarrow: true } created => $"{created.Sequence} has fewer than 64 bits: Citus puts the node's number into the upper ones.",
        _ => null,
    };

    private static string? Unchecked(SchemaChange change, KnownSchema schema, ConstraintKind kind, string meanwhile) => change switch
    {
        AddConstraint { IsUnchecked: false } added when added.Kind == kind && schema.IsInUse(added.Table) =>
            $"{Name(added)} is added to {added.Table} without NOT VALID: every row is looked at, and {meanwhile} meanwhile.",
        ValidateConstraint validated when schema.KindOfNew(validated.Table, validated.Name) == kind && schema.IsInUse(validated.Table) =>
            $"{validated.Name} is validated in the migration that adds it to {validated.Table}: the transaction still holds the lock of the adding, so {meanwhile} while every row is looked at.",
        _ => null,
    };

    private static string? Indexed(SchemaChange change, KnownSchema schema, ConstraintKind kind) =>
        change is AddConstraint { UsesIndex: false } added && added.Kind == kind && schema.IsInUse(added.Table)
            ? $"{Name(added)} is added to {added.Table} and builds its index at once: nobody can read or write {added.Table} until it is done."
            : null;

    private static string Name(AddConstraint added) => added.Name.Length > 0 ? added.Name : added.Kind switch
    {
        ConstraintKind.Check => "A check",
        ConstraintKind.ForeignKey => "A foreign key",
        ConstraintKind.PrimaryKey => "A primary key",
        ConstraintKind.Exclusion => "An exclusion constraint",
        _ => "A constraint",
    };

    // A name before a parenthesis is a call, unless it is the type of a cast.
    private static string? FirstVolatile(IReadOnlyList<SqlToken> value)
    {
        for (var i = 0; i < value.Count - 1; i++)
        {
            if (value[i].IsName && value[i + 1].Is("(") && !Steady.Contains(value[i].Value) && !(i > 0 && value[i - 1].Is(":")))
            {
                return value[i].Value;
            }
        }

        return null;
    }
}
