using Npgsql;
using Todo.Tenancy.Catalog;
using Todo.Tenancy.Migrations;
using Todo.Tenancy.Scoping;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// Says at which version a schema is without running a migration: for schemas that another tool made, and after an applied migration
/// was changed on purpose, when every checksum on record is of the old text.
/// </summary>
public sealed class TenantBaseline(NpgsqlDataSource dataSource, MigrationLine line)
{
    private const string Tables =
        $"""
        SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> '{MigrationLine.HistoryTable}' ORDER BY 1
        """;

    private static readonly TenantStatus[] Migrated = [TenantStatus.Active, TenantStatus.Suspended];

    /// <summary>Says that an active or suspended tenant is at <paramref name="version"/>: history, ledger and checksum say so afterwards.</summary>
    /// <param name="slug">The tenant.</param>
    /// <param name="version">A migration's id.</param>
    /// <param name="force">Whether to believe it although tables are missing.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <remarks>A concurrent migration that was noted as half done counts as done.</remarks>
    /// <exception cref="UnknownMigrationException">This build does not have the version.</exception>
    /// <exception cref="BaselineException">The schema lacks tables that the version has.</exception>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    /// <exception cref="TenantStateException">It is neither active nor suspended.</exception>
    /// <exception cref="TenantBusyException">Another session has it.</exception>
    public async Task<Tenant> BaselineAsync(string slug, string version, bool force, CancellationToken cancellationToken)
    {
        var target = line.UpTo(version);
        var expected = force ? [] : await TablesOfAsync(target, cancellationToken);
        await using var transaction = await TenantTransaction.BeginAsync(dataSource, slug, cancellationToken);
        var tenant = await transaction.UpdateAsync(
            "schema_version = $3, schema_checksum = $4, schema_pending = NULL",
            Migrated,
            "baselined",
            [BatchStatements.Parameter(target.Head.Id), BatchStatements.Parameter(target.Head.LineChecksum)],
            cancellationToken);
        await RequireAsync(transaction.Transaction, transaction.Schema, slug, target, expected, cancellationToken);
        await WriteHistoryAsync(transaction.Transaction, transaction.Schema, target, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return tenant;
    }

    /// <summary>
    /// Makes a schema that is there already a new tenant's: an active row in the catalog, the schema under its new name, and its history
    /// as <see cref="BaselineAsync"/> writes it.
    /// </summary>
    /// <param name="existingSchema">The schema's name, exactly as the server has it.</param>
    /// <param name="slug">Keeps <see cref="TenantSlug"/>'s rule.</param>
    /// <param name="name">What people read, 1 to 200 characters.</param>
    /// <param name="version">The migration that the schema is at.</param>
    /// <param name="force">Whether to believe it although tables are missing.</param>
    /// <param name="cancellationToken">Cancels, changing nothing.</param>
    /// <remarks>Views and keys follow the new name; the text of functions that name the schema does not.</remarks>
    /// <exception cref="ArgumentException">The slug breaks its rule.</exception>
    /// <exception cref="SchemaAdoptionException">The schema is the server's, the catalog's, another tenant's, or not there.</exception>
    /// <exception cref="TenantExistsException">The slug is taken.</exception>
    /// <exception cref="UnknownMigrationException">This build does not have the version.</exception>
    /// <exception cref="BaselineException">The schema lacks tables that the version has.</exception>
    public async Task<Tenant> AdoptAsync(
        string existingSchema, string slug, string name, string version, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(existingSchema);
        if (!TenantSlug.IsValid(slug))
        {
            throw new ArgumentException($"A slug is {TenantSlug.Rule}.", nameof(slug));
        }

        if (existingSchema is "public" or "information_schema" || existingSchema.StartsWith("pg_", StringComparison.Ordinal))
        {
            throw new SchemaAdoptionException(existingSchema, "it belongs to the server or to the catalog.");
        }

        var target = line.UpTo(version);
        var expected = force ? [] : await TablesOfAsync(target, cancellationToken);
        var schema = TenantSchema.Of(Guid.CreateVersion7());
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RequireFreeAsync(transaction, existingSchema, cancellationToken);
        try
        {
            Tenant tenant;
            await using (var batch = new NpgsqlBatch(connection, transaction))
            {
                NewSchema.AddRow(batch, target, schema, slug, name, TenantStatus.Active);
                batch.Add($"ALTER SCHEMA {QuotedIdentifier(existingSchema)} RENAME TO {schema.Quoted}");
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                tenant = (await TenantRow.ReadAsync(reader, cancellationToken))!;
                await reader.NextResultAsync(cancellationToken);
            }

            await RequireAsync(transaction, schema, slug, target, expected, cancellationToken);
            await WriteHistoryAsync(transaction, schema, target, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return tenant;
        }
        catch (PostgresException exception) when (TenantExistsException.IsCauseOf(exception))
        {
            throw new TenantExistsException(slug, exception);
        }
    }

    // The name is compared as text and never cast: a cast would cut it at 63 bytes, and then it could be another schema's. One that is
    // found is no longer than that, so the server does not cut it as an identifier either.
    private static async Task RequireFreeAsync(NpgsqlTransaction transaction, string existingSchema, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.Add("SELECT pg_try_advisory_xact_lock(hashtextextended('adopt ' || $1, 0))", BatchStatements.Text(existingSchema));
        batch.Add(
            "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1), (SELECT slug FROM public.tenants WHERE schema = $1)",
            BatchStatements.Text(existingSchema));
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var isMine = reader.GetBoolean(0);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var refusal = !isMine ? "another session is adopting it."
                : !reader.GetBoolean(0) ? "there is no such schema."
                : reader.GetValue(1) is string owner ? $"it is the schema of tenant '{owner}'."
                : null;
            if (refusal is not null)
            {
                throw new SchemaAdoptionException(existingSchema, refusal);
            }
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.CharacterNotInRepertoire)
        {
            // A zero byte, which no name of the server's can have.
            throw new SchemaAdoptionException(existingSchema, "there is no such schema.", exception);
        }
    }

    private static async Task RequireAsync(
        NpgsqlTransaction transaction, TenantSchema schema, string slug, MigrationLine target, IReadOnlyList<string> expected, CancellationToken cancellationToken)
    {
        if (expected.Count > 0 && expected.Except(await TablesInAsync(transaction, schema, cancellationToken)).ToArray() is { Length: > 0 } missing)
        {
            throw new BaselineException(slug, target.Head.Id, missing);
        }
    }

    private static async Task WriteHistoryAsync(
        NpgsqlTransaction transaction, TenantSchema schema, MigrationLine target, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.Add("SELECT set_config('search_path', $1, true)", BatchStatements.Parameter(schema.Quoted));
        batch.Add(target.CreateHistory);
        batch.Add($"DELETE FROM \"{MigrationLine.HistoryTable}\"");
        batch.Add(target.Steps.Select(step => step.Up.History));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // What the version has is asked of the server: a schema is made at that version and not kept.
    private async Task<IReadOnlyList<string>> TablesOfAsync(MigrationLine target, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var schema = TenantSchema.Of(Guid.CreateVersion7());
        await NewSchema.CreateAsync(transaction, target, schema, schema.Name, name: "", TenantStatus.Provisioning, cancellationToken);
        return await TablesInAsync(transaction, schema, cancellationToken);
    }

    private static async Task<IReadOnlyList<string>> TablesInAsync(NpgsqlTransaction transaction, TenantSchema schema, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Tables, transaction.Connection, transaction);
        command.Parameters.Add(BatchStatements.Parameter(schema.Name));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tables = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }

    // The SQL rule for quoted identifiers (PostgreSQL's manual, chapter 4.1.1): a quote inside is doubled, nothing else is special.
    private static string QuotedIdentifier(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
