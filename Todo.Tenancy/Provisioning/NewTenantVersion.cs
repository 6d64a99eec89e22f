using Npgsql;
using Todo.Tenancy.Migrations;

namespace Todo.Tenancy.Provisioning;

/// <summary>
/// The version that new schemas get: <c>public.fleet.new_tenant_version</c>, or head where that says nothing. A migration that is tried
/// on a few tenants first must not reach new tenants before the rest of the fleet.
/// </summary>
/// <remarks>
/// What was last heard is believed, and the database checks it along with the work, so that asking costs no round trip of its own.
/// A version that changes between the check and the commit is seen by the next one.
/// </remarks>
internal sealed class NewTenantVersion
{
    private const string Check = "SELECT public.assert_new_tenant_version($1), (SELECT new_tenant_version FROM public.fleet)";

    // SQLSTATE of the check when new tenants get another version.
    private const string MovedState = "TD005";

    private readonly MigrationLine _line;
    private volatile MigrationLine _believed;

    /// <summary>Believes in the head of <paramref name="line"/> at first.</summary>
    public NewTenantVersion(MigrationLine line) => _believed = _line = line;

    /// <summary>The line as new schemas are believed to have it: its head is their version.</summary>
    public MigrationLine Believed => _believed;

    /// <summary>Makes the check the batch's next statement; see <see cref="ConfirmsAsync"/>.</summary>
    public static void AddCheck(NpgsqlBatch batch, MigrationLine believed) => batch.Add(Check, BatchStatements.Text(believed.Head.Id));

    /// <summary>Whether this is the check's refusal: ask with <see cref="LearnAsync"/> and begin again.</summary>
    public static bool IsMoved(PostgresException exception) => exception.SqlState == MovedState;

    /// <summary>
    /// Reads the result of the check. False: the fleet says nothing any more, which means head, and the database could not know that
    /// head is not what was believed.
    /// </summary>
    public async Task<bool> ConfirmsAsync(NpgsqlDataReader reader, MigrationLine believed, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        return believed.Head.Id == _line.Head.Id || !await reader.IsDBNullAsync(1, cancellationToken);
    }

    /// <summary>Asks what new schemas get.</summary>
    /// <exception cref="UnknownMigrationException">A version that this build does not have.</exception>
    public async Task<MigrationLine> LearnAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // Not from the error: Npgsql hides its details, which may hold a tenant's data, unless told otherwise.
        await using var command = new NpgsqlCommand("SELECT new_tenant_version FROM public.fleet", connection);
        var version = await command.ExecuteScalarAsync(cancellationToken) as string;
        return _believed = version is null || version == _line.Head.Id ? _line
            : _line.Knows(version) ? _line.UpTo(version)
            : throw new UnknownMigrationException(version, _line.Head.Id, "New tenants get");
    }
}
