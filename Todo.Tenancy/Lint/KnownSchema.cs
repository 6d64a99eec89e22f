namespace Todo.Tenancy.Lint;

/// <summary>
/// What a line's migrations have said so far of the schema: which of its tables are new, the types of columns, and which constraints
/// hold. It is read from the statements alone, so it knows nothing of tables that were made elsewhere.
/// </summary>
internal sealed class KnownSchema
{
    private readonly Dictionary<(string Table, string Column), ColumnType> _types;
    private readonly Dictionary<(string Table, string Name), Constraint> _constraints;
    private readonly Dictionary<string, string> _indexes;
    private readonly HashSet<string> _notInUse;
    private bool _nothingInUse;

    /// <summary>An empty one.</summary>
    public KnownSchema()
        : this([], [], [], [])
    {
    }

    private KnownSchema(
        Dictionary<(string Table, string Column), ColumnType> types,
        Dictionary<(string Table, string Name), Constraint> constraints,
        Dictionary<string, string> indexes,
        HashSet<string> notInUse) => (_types, _constraints, _indexes, _notInUse) = (types, constraints, indexes, notInUse);

    /// <summary>A copy that goes its own way: for what undoes a migration.</summary>
    public KnownSchema Copy() =>
        new(new(_types), new(_constraints), new(_indexes), new(_notInUse)) { _nothingInUse = _nothingInUse };

    /// <summary>Another migration begins: what the last one made is in use from now on.</summary>
    /// <param name="isFirst">Whether there is nothing before it, and so nobody to disturb.</param>
    public void Begin(bool isFirst)
    {
        _nothingInUse = isFirst;
        _notInUse.Clear();
        foreach (var (key, constraint) in _constraints.ToArray())
        {
            _constraints[key] = constraint with { IsNew = false };
        }
    }

    /// <summary>Whether others may be reading and writing the table: it was there before this migration.</summary>
    public bool IsInUse(string table) => !_nothingInUse && !_notInUse.Contains(table);

    /// <summary>The same of the table that an index belongs to.</summary>
    public bool IsIndexInUse(string index) => !_nothingInUse && !(_indexes.TryGetValue(index, out var table) && _notInUse.Contains(table));

    /// <summary>A column's type, if a migration has said it.</summary>
    public ColumnType TypeOf(string table, string column) => _types.GetValueOrDefault((table, column), ColumnType.Unknown);

    /// <summary>Whether a checked constraint says that the column holds no null, so that nobody has to look again.</summary>
    public bool IsHeldNotNull(string table, string column) =>
        _constraints.Any(pair => pair.Key.Table == table && pair.Value.IsChecked && pair.Value.NotNull.Contains(column));

    /// <summary>The kind of a constraint that this same migration added; null if it was there before, or nobody knows it.</summary>
    public ConstraintKind? KindOfNew(string table, string constraint) =>
        _constraints.TryGetValue((table, constraint), out var known) && known.IsNew ? known.Kind : null;

    /// <summary>What is dropped in the end need not be spared before.</summary>
    public void Abandon(string table) => _notInUse.Add(table);

    /// <summary>Takes note of a change.</summary>
    public void Apply(SchemaChange change)
    {
        switch (change)
        {
            case CreateTable created:
                _notInUse.Add(created.Table);
                break;
            case DropTable dropped:
                Move(dropped.Table, null);
                break;
            case RenameTable renamed:
                Move(renamed.Table, renamed.To);
                break;
            case AddColumn added:
                _types[(added.Table, added.Column)] = added.Type;
                break;
            case ChangeColumnType changed:
                _types[(changed.Table, changed.Column)] = changed.Type;
                break;
            case DropColumn dropped:
                MoveColumn(dropped.Table, dropped.Column, null);
                break;
            case RenameColumn renamed:
                MoveColumn(renamed.Table, renamed.Column, renamed.To);
                break;
            case AddConstraint added:
                var name = added.Name.Length > 0 ? added.Name : $"{_constraints.Count} without a name";
                _constraints[(added.Table, name)] = new Constraint(added.Kind, !added.IsUnchecked, IsNew: true, added.NotNull);
                break;
            case ValidateConstraint validated when _constraints.TryGetValue((validated.Table, validated.Name), out var known):
                _constraints[(validated.Table, validated.Name)] = known with { IsChecked = true };
                break;
            case DropConstraint dropped:
                _constraints.Remove((dropped.Table, dropped.Name));
                break;
            case CreateIndex created:
                _indexes[created.Index] = created.Table;
                break;
        }
    }

    private void Move(string table, string? to)
    {
        var wasNotInUse = _notInUse.Remove(table);
        if (to is not null && wasNotInUse)
        {
            _notInUse.Add(to);
        }

        foreach (var key in _types.Keys.Where(key => key.Table == table).ToArray())
        {
            _types.Remove(key, out var type);
            if (to is not null)
            {
                _types[(to, key.Column)] = type!;
            }
        }

        foreach (var key in _constraints.Keys.Where(key => key.Table == table).ToArray())
        {
            _constraints.Remove(key, out var constraint);
            if (to is not null)
            {
                _constraints[(to, key.Name)] = constraint!;
            }
        }

        foreach (var index in _indexes.Where(pair => pair.Value == table).Select(pair => pair.Key).ToArray())
        {
            _indexes.Remove(index);
            if (to is not null)
            {
                _indexes[index] = to;
            }
        }
    }

    private void MoveColumn(string table, string column, string? to)
    {
        if (_types.Remove((table, column), out var type) && to is not null)
        {
            _types[(table, to)] = type;
        }

        foreach (var (key, constraint) in _constraints.Where(pair => pair.Key.Table == table && pair.Value.NotNull.Contains(column)).ToArray())
        {
            _constraints[key] = constraint with { NotNull = [.. constraint.NotNull.Where(name => name != column), .. to is null ? (string[])[] : [to]] };
        }
    }

    private sealed record Constraint(ConstraintKind Kind, bool IsChecked, bool IsNew, IReadOnlyList<string> NotNull);
}
