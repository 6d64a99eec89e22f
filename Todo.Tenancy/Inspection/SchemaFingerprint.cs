using Npgsql;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Inspection;

/// <summary>
/// What a schema looks like: its tables, columns, constraints, indexes, sequences, views, functions, triggers, policies and types, without
/// anything that names the schema. Neither the rows nor the order of a table's columns matter. Two schemas with the same
/// fingerprint behave the same to every statement that names its columns.
/// </summary>
/// <remarks>
/// Owners, privileges, comments and tablespaces are not looked at. Compare fingerprints from one server only: PostgreSQL's major versions
/// write some expressions in different ways.
/// </remarks>
public sealed class SchemaFingerprint : IEquatable<SchemaFingerprint>
{
    private readonly SchemaObject[] _objects;

    private SchemaFingerprint(IEnumerable<SchemaObject> objects)
    {
        _objects = [.. objects];
        Lines = [.. _objects.Select(item => item.Line)];
        Hash = MigrationLine.Hash(string.Join('\n', Lines));
    }

    /// <summary>SHA-256 over <see cref="Lines"/>, in lower-case hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>
    /// One line for each object, such as <c>column todos.title: text not null</c>, in a fixed order. None for a schema that is empty or does not exist.
    /// </summary>
    public IReadOnlyList<string> Lines { get; }

    /// <summary>The fingerprint of a schema as it is now.</summary>
    public static async Task<SchemaFingerprint> OfAsync(NpgsqlDataSource dataSource, string schema, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await OfAsync(connection, schema, cancellationToken);
    }

    /// <summary>The fingerprint of a schema as the connection's transaction sees it, if it has one. Leaves the search path as it was.</summary>
    public static async Task<SchemaFingerprint> OfAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken = default)
    {
        var fingerprints = await OfAsync(connection, [schema], cancellationToken);
        return fingerprints.TryGetValue(schema, out var fingerprint) ? fingerprint : new SchemaFingerprint([]);
    }

    /// <summary>
    /// What this build's migrations make of an empty schema: it is built in a transaction, looked at, and rolled back. The database user
    /// must be allowed to create schemas.
    /// </summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="line">The migrations.</param>
    /// <param name="version">The newest migration to apply; null is a schema with an empty history and nothing else.</param>
    /// <param name="cancellationToken">Cancels, leaving nothing.</param>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="version"/>.</exception>
    public static async Task<SchemaFingerprint> ExpectedAsync(
        NpgsqlDataSource dataSource, MigrationLine line, string? version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(line);
        var steps = line.Steps.Take(line.PositionOf(version) + 1);
        var schema = TenantSchema.Of(Guid.NewGuid());
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var batch = new NpgsqlBatch(connection, transaction) { Timeout = 0 })
        {
            batch.Add($"CREATE SCHEMA {schema.Quoted}");
            batch.Add("SELECT set_config('search_path', $1, true)", BatchStatements.Parameter(schema.Quoted));
            batch.Add(line.CreateHistory);
            foreach (var step in steps)
            {
                batch.Add(step.Up.PlainStatements);
            }

            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        var fingerprint = await OfAsync(connection, schema.Name, cancellationToken);
        await transaction.RollbackAsync(cancellationToken);
        return fingerprint;
    }

    /// <summary>
    /// What is different here, a line for each object: <c>missing: index todos_x on todos</c>, <c>extra: table labels</c>,
    /// <c>changed: column todos.title: text not null -> character varying(20) null</c>. Empty if nothing is. The parts of a table that is missing or
    /// extra as a whole are not listed.
    /// </summary>
    /// <param name="expected">The schema as it should be.</param>
    public IReadOnlyList<string> DifferencesFrom(SchemaFingerprint expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        var (here, there) = (ByName(_objects), ByName(expected._objects));
        return
        [
            .. Only(expected._objects, here).Select(item => $"missing: {item.Name}"),
            .. _objects.Where(item => there.TryGetValue(item.Name, out var other) && other.Definition != item.Definition)
                .Select(item => $"changed: {item.Name}: {OneLine(there[item.Name].Definition)} -> {OneLine(item.Definition)}"),
            .. Only(_objects, there).Select(item => $"extra: {item.Name}"),
        ];
    }

    /// <inheritdoc/>
    public bool Equals(SchemaFingerprint? other) => Hash == other?.Hash;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SchemaFingerprint);

    /// <inheritdoc/>
    public override int GetHashCode() => Hash.GetHashCode(StringComparison.Ordinal);

    /// <summary>The lines, as text.</summary>
    public override string ToString() => string.Join('\n', Lines);

    /// <summary>The fingerprints of many schemas in one round trip; those that are empty or don't exist are left out.</summary>
    internal static async Task<Dictionary<string, SchemaFingerprint>> OfAsync(
        NpgsqlConnection connection, IReadOnlyList<string> schemas, CancellationToken cancellationToken)
    {
        var objects = new Dictionary<string, List<SchemaObject>>(StringComparer.Ordinal);
        await DescribeAsync(
            connection,
            SchemaFingerprintSql.Lines,
            schemas,
            row =>
            {
                var schema = row.GetString(0);
                if (!objects.TryGetValue(schema, out var list))
                {
                    objects.Add(schema, list = []);
                }

                list.Add(new SchemaObject(row.GetValue(1) as string, row.GetString(2), row.GetString(3)));
            },
            cancellationToken);
        return objects.ToDictionary(pair => pair.Key, pair => new SchemaFingerprint(pair.Value), StringComparer.Ordinal);
    }

    /// <summary>The same as hashes, computed on the server; those that are empty or don't exist are left out.</summary>
    internal static async Task<Dictionary<string, string>> HashesAsync(NpgsqlConnection connection, IReadOnlyList<string> schemas, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        await DescribeAsync(connection, SchemaFingerprintSql.Hashes, schemas, row => hashes.Add(row.GetString(0), row.GetString(1)), cancellationToken);
        return hashes;
    }

    private static async Task DescribeAsync(
        NpgsqlConnection connection, string sql, IReadOnlyList<string> schemas, Action<NpgsqlDataReader> row, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.Add(SchemaFingerprintSql.Enter);
        batch.Add(sql, BatchStatements.Parameter(schemas.ToArray()));
        batch.Add(SchemaFingerprintSql.Leave);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            row(reader);
        }
    }

    private static Dictionary<string, SchemaObject> ByName(SchemaObject[] objects) => objects.ToDictionary(item => item.Name, StringComparer.Ordinal);

    private static IEnumerable<SchemaObject> Only(SchemaObject[] objects, Dictionary<string, SchemaObject> other) =>
        objects.Where(item => !other.ContainsKey(item.Name) && (item.PartOf is null || other.ContainsKey(item.PartOf)));

    // Views come with line breaks.
    private static string OneLine(string definition) => string.Join(' ', definition.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private sealed record SchemaObject(string? PartOf, string Name, string Definition)
    {
        public string Line => $"{Name}: {Definition}";
    }
}
