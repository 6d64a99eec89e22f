namespace Todo.Tenancy.Lint;

/// <summary>
/// Reads from a statement what it does to tables, by the syntax in PostgreSQL's manual (part VI, SQL commands). What the rules don't
/// ask for is passed over; what is not understood is no change.
/// </summary>
internal static class SchemaChangeReader
{
    // What ends a column's type or default and begins something else that is said of the column.
    private static readonly HashSet<string> ColumnClauses = new(StringComparer.Ordinal)
    {
        "constraint", "not", "null", "default", "check", "unique", "primary", "references", "generated", "collate", "storage", "compression",
        "deferrable", "initially", "using", "no",
    };

    /// <summary>The changes of one statement, in order.</summary>
    public static IReadOnlyList<SchemaChange> Read(IReadOnlyList<SqlToken> statement)
    {
        var cursor = new SqlCursor(statement);
        return cursor.Take("alter", "table") ? [.. AlterTable(cursor)]
            : cursor.Take("alter", "view") || cursor.Take("alter", "materialized", "view") ? [.. AlterTable(cursor).OfType<RenameTable>()]
            : cursor.Take("create") ? [.. Create(cursor)]
            : cursor.Take("drop") ? [.. Drop(cursor)]
            : [];
    }

    private static IEnumerable<SchemaChange> Create(SqlCursor cursor)
    {
        while (cursor.SeesAny("global", "local", "temp", "temporary", "unlogged", "unique"))
        {
            cursor.Read();
        }

        if (cursor.Take("table"))
        {
            cursor.Take("if", "not", "exists");
            return Table(cursor, cursor.ReadName());
        }

        if (cursor.Take("index"))
        {
            var isConcurrent = cursor.Take("concurrently");
            cursor.Take("if", "not", "exists");
            var index = cursor.Sees("on") ? "" : cursor.ReadName();
            cursor.Take("on");
            cursor.Take("only");
            return [new CreateIndex(index, cursor.ReadName(), isConcurrent)];
        }

        if (cursor.Take("sequence"))
        {
            cursor.Take("if", "not", "exists");
            var sequence = cursor.ReadName();
            return [new CreateSequence(sequence, cursor.Take("as") ? ColumnType.Read([cursor.Read()]) : ColumnType.Unknown)];
        }

        return [];
    }

    private static IEnumerable<SchemaChange> Drop(SqlCursor cursor)
    {
        if (cursor.Take("index"))
        {
            var isConcurrent = cursor.Take("concurrently");
            cursor.Take("if", "exists");
            return cursor.ReadNames().Select(index => new DropIndex(index, isConcurrent));
        }

        var kind = cursor.Take("table") || cursor.Take("foreign", "table") ? "table"
            : cursor.Take("view") ? "view"
            : cursor.Take("materialized", "view") ? "materialized view"
            : null;
        if (kind is null)
        {
            return [];
        }

        cursor.Take("if", "exists");
        return cursor.ReadNames().Select(table => new DropTable(table, kind));
    }

    private static IEnumerable<SchemaChange> Table(SqlCursor cursor, string table)
    {
        var isPartition = cursor.Take("partition", "of");
        var isOfType = !isPartition && cursor.Take("of");
        if (isPartition || isOfType)
        {
            cursor.ReadName();
        }

        var elements = cursor.ReadParentheses();
        var isInherited = false;
        var isPartitioned = false;
        for (; !cursor.AtEnd && !cursor.Sees("as"); cursor.Read())
        {
            isInherited |= cursor.Sees("inherits");
            isPartitioned |= cursor.Sees("partition", "by");
        }

        yield return new CreateTable(table, isInherited || isOfType, isPartition, isPartitioned);
        foreach (var element in new SqlCursor(elements).ReadList())
        {
            var definition = new SqlCursor(element);
            foreach (var change in IsConstraint(definition) ? Constraint(table, definition) : definition.Sees("like") ? [] : Column(table, definition))
            {
                yield return change;
            }
        }
    }

    private static IEnumerable<SchemaChange> AlterTable(SqlCursor cursor)
    {
        cursor.Take("if", "exists");
        cursor.Take("only");
        var table = cursor.ReadName();
        cursor.Take("*");
        return cursor.ReadList().SelectMany(action => Action(table, new SqlCursor(action)));
    }

    private static IEnumerable<SchemaChange> Action(string table, SqlCursor action)
    {
        if (action.Take("add"))
        {
            if (IsConstraint(action))
            {
                return Constraint(table, action);
            }

            action.Take("column");
            action.Take("if", "not", "exists");
            return Column(table, action);
        }

        if (action.Take("drop"))
        {
            var isConstraint = action.Take("constraint");
            action.Take("column");
            action.Take("if", "exists");
            return isConstraint ? [new DropConstraint(table, action.ReadName())] : [new DropColumn(table, action.ReadName())];
        }

        if (action.Take("alter"))
        {
            return action.Sees("constraint") ? [] : AlterColumn(table, action);
        }

        return action.Take("validate", "constraint") ? [new ValidateConstraint(table, action.ReadName())]
            : action.Take("inherit") ? [new InheritTable(table)]
            : action.Take("rename", "to") ? [new RenameTable(table, action.ReadName())]
            : action.Take("rename") ? RenamePart(table, action)
            : [];
    }

    private static IEnumerable<SchemaChange> RenamePart(string table, SqlCursor action)
    {
        if (action.Sees("constraint"))
        {
            return [];
        }

        action.Take("column");
        var column = action.ReadName();
        action.Take("to");
        return [new RenameColumn(table, column, action.ReadName())];
    }

    private static IEnumerable<SchemaChange> AlterColumn(string table, SqlCursor action)
    {
        action.Take("column");
        var column = action.ReadName();
        if (action.Take("set", "not", "null"))
        {
            return [new SetNotNull(table, column)];
        }

        action.Take("set", "data");
        if (!action.Take("type"))
        {
            return [];
        }

        var type = ReadType(action);
        return [new ChangeColumnType(table, column, type, IsConverted: action.SeesAny("using", "collate"))];
    }

    private static bool IsConstraint(SqlCursor cursor) =>
        cursor.SeesAny("constraint", "check", "unique", "exclude") || cursor.Sees("primary", "key") || cursor.Sees("foreign", "key") || cursor.Sees("not", "null");

    private static IEnumerable<SchemaChange> Constraint(string table, SqlCursor cursor)
    {
        var name = cursor.Take("constraint") ? cursor.ReadName() : "";
        var kind = cursor.Take("check") ? ConstraintKind.Check
            : cursor.Take("unique") ? ConstraintKind.Unique
            : cursor.Take("primary", "key") ? ConstraintKind.PrimaryKey
            : cursor.Take("foreign", "key") ? ConstraintKind.ForeignKey
            : cursor.Take("exclude") ? ConstraintKind.Exclusion
            : cursor.Take("not", "null") ? ConstraintKind.NotNull
            : (ConstraintKind?)null;
        if (kind is null)
        {
            yield break;
        }

        var notNull = kind switch
        {
            ConstraintKind.Check => HeldNotNull(cursor.ReadParentheses()),
            ConstraintKind.NotNull => [cursor.ReadName()],
            _ => [],
        };
        var usesIndex = cursor.Sees("using", "index");
        var isUnchecked = false;
        for (; !cursor.AtEnd; cursor.Read())
        {
            isUnchecked |= cursor.Sees("not", "valid");
        }

        yield return new AddConstraint(table, name, kind.Value, isUnchecked, usesIndex, notNull);
    }

    private static IEnumerable<SchemaChange> Column(string table, SqlCursor cursor)
    {
        var column = cursor.ReadName();
        var type = ReadType(cursor);
        IReadOnlyList<SqlToken>? defaultValue = null;
        bool isRequired = false, isIdentity = false, isStored = false, isVirtual = false;
        var name = "";
        var constraints = new List<AddConstraint>();
        while (!cursor.AtEnd)
        {
            if (cursor.Take("constraint"))
            {
                name = cursor.ReadName();
            }
            else if (cursor.Take("not", "null"))
            {
                isRequired = true;
            }
            else if (cursor.Take("default"))
            {
                // NULL and NOT begin a clause anywhere but here.
                SqlToken[] value = cursor.Sees("(") ? cursor.ReadUntil(IsColumnClause) : [cursor.Read(), .. cursor.ReadUntil(IsColumnClause)];
                defaultValue = value[0].Is("null") ? null : value;
            }
            else if (cursor.Take("generated"))
            {
                _ = cursor.ReadUntil(token => token.Is("as"));
                cursor.Take("as");
                isIdentity = cursor.Take("identity");
                _ = cursor.ReadParentheses();
                isStored = !isIdentity && cursor.Take("stored");
                isVirtual = !isIdentity && !isStored;
            }
            else if (cursor.Take("check"))
            {
                constraints.Add(new AddConstraint(table, name, ConstraintKind.Check, IsUnchecked: false, UsesIndex: false, HeldNotNull(cursor.ReadParentheses())));
            }
            else if (cursor.Take("unique"))
            {
                constraints.Add(new AddConstraint(table, name, ConstraintKind.Unique, IsUnchecked: false, UsesIndex: false, []));
            }
            else if (cursor.Take("primary", "key"))
            {
                isRequired = true;
                constraints.Add(new AddConstraint(table, name, ConstraintKind.PrimaryKey, IsUnchecked: false, UsesIndex: false, []));
            }
            else if (cursor.Take("references"))
            {
                constraints.Add(new AddConstraint(table, name, ConstraintKind.ForeignKey, IsUnchecked: false, UsesIndex: false, []));
            }
            else if (cursor.Read().Is("set"))
            {
                // ON DELETE SET NULL and SET DEFAULT say nothing of the column itself.
                cursor.Read();
            }
        }

        var added = new AddColumn(table, column, type, isRequired, defaultValue, isIdentity, isStored, isVirtual);
        // For a column in which nothing is yet, the server skips the look at the rows that a foreign key takes.
        return [added, .. constraints.Select(constraint => constraint.Kind == ConstraintKind.ForeignKey ? constraint with { IsUnchecked = !added.HasValue } : constraint)];
    }

    private static ColumnType ReadType(SqlCursor cursor) => ColumnType.Read(cursor.ReadUntil(IsColumnClause));

    private static bool IsColumnClause(SqlToken token) => token.Kind == SqlTokenKind.Word && ColumnClauses.Contains(token.Value);

    // The columns of which the condition says "is not null" and, if it says more, "and" in between.
    private static List<string> HeldNotNull(SqlToken[] condition)
    {
        var cursor = new SqlCursor(condition);
        var columns = new List<string>();
        while (!cursor.AtEnd)
        {
            var term = cursor.ReadUntil(token => token.Is("and"));
            cursor.Take("and");
            if (term is [var open, .. var inner, var close] && open.Is("(") && close.Is(")"))
            {
                columns.AddRange(HeldNotNull(inner));
            }
            else if (term is [{ IsName: true } column, var first, var second, var third] && first.Is("is") && second.Is("not") && third.Is("null"))
            {
                columns.Add(column.Value);
            }
            else if (term.Any(token => token.Is("or")))
            {
                return [];
            }
        }

        return columns;
    }
}
