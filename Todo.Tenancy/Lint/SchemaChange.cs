namespace Todo.Tenancy.Lint;

/// <summary>One thing that a statement does to a schema; a statement may do several. Names are unquoted and without a schema.</summary>
internal abstract record SchemaChange;

/// <summary>A table is made. Its columns and constraints follow as changes of their own, and so read like those of <c>ALTER TABLE</c>.</summary>
/// <param name="Table">The table.</param>
/// <param name="Inherits">Whether it has a parent, or is made of a type.</param>
/// <param name="IsPartition">Whether it is a partition.</param>
/// <param name="IsPartitioned">Whether it has partitions.</param>
internal sealed record CreateTable(string Table, bool Inherits, bool IsPartition, bool IsPartitioned) : SchemaChange;

/// <summary>A table or a view goes.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Kind">What it is: <c>table</c>, <c>view</c> or <c>materialized view</c>.</param>
internal sealed record DropTable(string Table, string Kind) : SchemaChange;

/// <summary>A table gets another name.</summary>
internal sealed record RenameTable(string Table, string To) : SchemaChange;

/// <summary>A table gets a parent.</summary>
internal sealed record InheritTable(string Table) : SchemaChange;

/// <summary>A column is added.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRequired">Whether it is <c>NOT NULL</c> or part of the primary key.</param>
/// <param name="Default">The default's tokens; null if there is none, or only <c>NULL</c>.</param>
/// <param name="IsIdentity">Whether it counts by itself.</param>
/// <param name="IsStored">Whether it is computed from other columns and kept in each row.</param>
/// <param name="IsVirtual">Whether it is computed when it is read.</param>
internal sealed record AddColumn(
    string Table, string Column, ColumnType Type, bool IsRequired, IReadOnlyList<SqlToken>? Default, bool IsIdentity, bool IsStored, bool IsVirtual) : SchemaChange
{
    /// <summary>Whether the rows that are there get a value by themselves.</summary>
    public bool HasValue => Default is not null || IsIdentity || IsStored || IsVirtual || Type.IsSerial;
}

/// <summary>A column goes.</summary>
internal sealed record DropColumn(string Table, string Column) : SchemaChange;

/// <summary>A column gets another name.</summary>
internal sealed record RenameColumn(string Table, string Column, string To) : SchemaChange;

/// <summary>A column gets another type.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="Type">Its new type.</param>
/// <param name="IsConverted">Whether values are converted by an expression, or sorted by another collation.</param>
internal sealed record ChangeColumnType(string Table, string Column, ColumnType Type, bool IsConverted) : SchemaChange;

/// <summary>A column becomes required.</summary>
internal sealed record SetNotNull(string Table, string Column) : SchemaChange;

/// <summary>A constraint is added.</summary>
/// <param name="Table">The table.</param>
/// <param name="Name">The constraint; empty if the server names it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="IsUnchecked">Whether the rows that are there are not looked at now: <c>NOT VALID</c>, or there is nothing in the column.</param>
/// <param name="UsesIndex">Whether it is made of an index that is there.</param>
/// <param name="NotNull">The columns that a check holds to be not null.</param>
internal sealed record AddConstraint(
    string Table, string Name, ConstraintKind Kind, bool IsUnchecked, bool UsesIndex, IReadOnlyList<string> NotNull) : SchemaChange;

/// <summary>The rows are looked at for a constraint that was added without doing so.</summary>
internal sealed record ValidateConstraint(string Table, string Name) : SchemaChange;

/// <summary>A constraint goes.</summary>
internal sealed record DropConstraint(string Table, string Name) : SchemaChange;

/// <summary>An index is made.</summary>
/// <param name="Index">The index; empty if the server names it.</param>
/// <param name="Table">The table.</param>
/// <param name="IsConcurrent">Whether writers may go on meanwhile.</param>
internal sealed record CreateIndex(string Index, string Table, bool IsConcurrent) : SchemaChange;

/// <summary>An index goes.</summary>
internal sealed record DropIndex(string Index, bool IsConcurrent) : SchemaChange;

/// <summary>A sequence is made.</summary>
internal sealed record CreateSequence(string Sequence, ColumnType Type) : SchemaChange;

/// <summary>The kinds of constraints.</summary>
internal enum ConstraintKind
{
    Check,
    NotNull,
    Unique,
    PrimaryKey,
    ForeignKey,
    Exclusion,
}
