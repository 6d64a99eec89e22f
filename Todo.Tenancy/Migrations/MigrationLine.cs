using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Todo.Tenancy.Migrations;

/// <summary>
/// The migrations of one line (the catalog's or the tenants') in order, with their SQL. They are ordinary EF Core <see cref="Migration"/>
/// classes, and the history table is EF Core's own; only the running of them is ours, because <c>Migrate()</c> knows one database
/// and asks it a dozen questions before doing anything.
/// </summary>
public sealed class MigrationLine
{
    /// <summary>The table in which each schema keeps its own history.</summary>
    public const string HistoryTable = "__EFMigrationsHistory";

    private readonly Dictionary<string, int> _positions;

    private MigrationLine(IReadOnlyList<MigrationStep> steps, IReadOnlyList<string> createHistory)
    {
        Steps = steps;
        CreateHistory = createHistory;
        _positions = steps.Select((step, position) => (step.Id, position)).ToDictionary(pair => pair.Id, pair => pair.position, StringComparer.Ordinal);
    }

    /// <summary>All migrations, oldest first; at least one.</summary>
    public IReadOnlyList<MigrationStep> Steps { get; }

    /// <summary>The newest migration: what "current" means to this build.</summary>
    public MigrationStep Head => Steps[^1];

    /// <summary>The statements that create the history table in the first schema of the search path, unless it is there.</summary>
    public IReadOnlyList<string> CreateHistory { get; }

    /// <summary>Reads the line that belongs to <typeparamref name="TContext"/>; needs no server.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no migration, or one of them asks to run outside its transaction, which this engine does not do yet.
    /// </exception>
    public static MigrationLine Load<TContext>(TContext context)
        where TContext : DbContext
    {
        ArgumentNullException.ThrowIfNull(context);
        var migrations = context.GetService<IMigrationsAssembly>();
        var generator = context.GetService<IMigrationsSqlGenerator>();
        var history = context.GetService<IHistoryRepository>();
        var provider = context.Database.ProviderName!;

        var steps = new List<MigrationStep>();
        foreach (var (id, type) in migrations.Migrations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var migration = migrations.CreateMigration(type, provider);
            var up = Statements(generator, id, migration.UpOperations);
            var down = Statements(generator, id, migration.DownOperations);
            // Without the history row, which names EF Core's version: an upgrade of EF Core changes no migration.
            var checksum = Hash(string.Join(";\n", up));
            up.AddRange(SqlStatements.Split(history.GetInsertScript(new HistoryRow(id, ProductInfo.GetVersion()))));
            down.AddRange(SqlStatements.Split(history.GetDeleteScript(id)));
            steps.Add(new MigrationStep(id, up, down, checksum, Hash((steps.Count == 0 ? "" : steps[^1].LineChecksum) + checksum)));
        }

        return steps.Count == 0
            ? throw new InvalidOperationException($"{typeof(TContext).Name} has no migrations.")
            : new MigrationLine(steps, SqlStatements.Split(history.GetCreateIfNotExistsScript()));
    }

    /// <summary>The line as it was when <paramref name="id"/> was its newest migration.</summary>
    /// <exception cref="UnknownMigrationException">There is no such migration.</exception>
    public MigrationLine UpTo(string id) => _positions.TryGetValue(id, out var position)
        ? new MigrationLine([.. Steps.Take(position + 1)], CreateHistory)
        : throw new UnknownMigrationException(id, Head.Id);

    /// <summary>Whether this build knows the migration; null, the version of an empty schema, is known.</summary>
    public bool Knows(string? version) => version is null || _positions.ContainsKey(version);

    /// <summary>The steps that lead from <paramref name="from"/> (null: an empty schema) up to <see cref="Head"/>; none if it is there.</summary>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="from"/>.</exception>
    public IReadOnlyList<MigrationStep> StepsAfter(string? from)
    {
        if (from is null)
        {
            return Steps;
        }

        return _positions.TryGetValue(from, out var position)
            ? Steps.Skip(position + 1).ToArray()
            : throw new UnknownMigrationException(from, Head.Id);
    }

    private static List<string> Statements(IMigrationsSqlGenerator generator, string id, IReadOnlyList<MigrationOperation> operations)
    {
        var commands = generator.Generate(operations, model: null);
        return commands.Any(command => command.TransactionSuppressed)
            ? throw new InvalidOperationException($"Migration {id} has a statement that suppresses its transaction; every statement must run inside it.")
            : [.. commands.SelectMany(command => SqlStatements.Split(command.CommandText))];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
