using System.Collections.Concurrent;
using System.Reflection;
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
    private readonly ConcurrentDictionary<(string? From, string? To), MigrationPath> _paths = new();

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
    /// There is no migration, or one of them suppresses its transaction for anything but a single concurrent index statement.
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
            var up = Script(generator, id, migration.UpOperations, history.GetInsertScript(new HistoryRow(id, ProductInfo.GetVersion())));
            var down = DownOperations(migration) is { } operations ? Script(generator, id, operations, history.GetDeleteScript(id)) : null;
            // Without the history row, which names EF Core's version: an upgrade of EF Core changes no migration.
            var checksum = Hash(string.Join(";\n", up.Statements.SkipLast(1)));
            steps.Add(new MigrationStep(id, up, down, checksum, Hash((steps.Count == 0 ? "" : steps[^1].LineChecksum) + checksum))
            {
                Acknowledged = type.GetCustomAttributes<AcknowledgeAttribute>().ToDictionary(answer => answer.Rule, answer => answer.Reason, StringComparer.Ordinal),
                IrreversibleReason = type.GetCustomAttribute<IrreversibleAttribute>()?.Reason,
            });
        }

        return steps.Count == 0
            ? throw new InvalidOperationException($"{typeof(TContext).Name} has no migrations.")
            : new MigrationLine(steps, SqlStatements.Split(history.GetCreateIfNotExistsScript()));
    }

    /// <summary>The line as it was when <paramref name="id"/> was its newest migration.</summary>
    /// <exception cref="UnknownMigrationException">There is no such migration.</exception>
    public MigrationLine UpTo(string id) => _positions.TryGetValue(id, out var position)
        ? new MigrationLine([.. Steps.Take(position + 1)], CreateHistory)
        : throw new UnknownMigrationException(id, Head.Id, "What is asked for is");

    /// <summary>Whether this build knows the migration; null, the version of an empty schema, is known.</summary>
    public bool Knows(string? version) => version is null || _positions.ContainsKey(version);

    /// <summary>The steps that lead from <paramref name="from"/> (null: an empty schema) up to <see cref="Head"/>; none if it is there.</summary>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="from"/>.</exception>
    public IReadOnlyList<MigrationStep> StepsAfter(string? from) => [.. Steps.Skip(PositionOf(from) + 1)];

    /// <summary>Where a version stands in the line: 0 for the first migration, −1 for an empty schema (null).</summary>
    /// <exception cref="UnknownMigrationException">This build does not know <paramref name="version"/>.</exception>
    public int PositionOf(string? version) =>
        version is null ? -1 : _positions.TryGetValue(version, out var position) ? position : throw new UnknownMigrationException(version, Head.Id);

    /// <summary>Whether a version lies on the way from one to the other, ends included; false for one that this build does not know.</summary>
    /// <exception cref="UnknownMigrationException">This build does not know an end.</exception>
    internal bool IsBetween(string? version, string? one, string? other)
    {
        var (first, last) = (PositionOf(one), PositionOf(other));
        return Knows(version) && PositionOf(version) is var position && position >= Math.Min(first, last) && position <= Math.Max(first, last);
    }

    /// <summary>The way from one version to another, up or down; made once and kept.</summary>
    /// <exception cref="UnknownMigrationException">This build does not know one of them.</exception>
    /// <exception cref="IrreversibleMigrationException">It leads down past a migration that can't be undone.</exception>
    public MigrationPath Path(string? from, string? to) => _paths.GetOrAdd((from, to), static (ends, line) => line.MakePath(ends.From, ends.To), this);

    internal static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private MigrationPath MakePath(string? from, string? to)
    {
        var (first, last) = (PositionOf(from), PositionOf(to));
        var isDown = last < first;
        var steps = isDown
            ? Steps.Skip(last + 1).Take(first - last).Reverse().ToArray()
            : Steps.Skip(first + 1).Take(last - first).ToArray();
        return isDown && steps.FirstOrDefault(step => step.Down is null) is { } irreversible
            ? throw new IrreversibleMigrationException(irreversible)
            : new MigrationPath(from, to, isDown, steps, last < 0 ? null : Steps[last].LineChecksum);
    }

    private static MigrationScript Script(IMigrationsSqlGenerator generator, string id, IReadOnlyList<MigrationOperation> operations, string history)
    {
        var commands = generator.Generate(operations, model: null);
        var own = commands.SelectMany(command => SqlStatements.Split(command.CommandText)).ToArray();
        ConcurrentIndexStatement? concurrent = null;
        if (commands.Any(command => command.TransactionSuppressed))
        {
            concurrent = own is [var only] ? ConcurrentIndexStatement.Parse(only) : null;
            _ = concurrent ?? throw new InvalidOperationException(
                $"Migration {id} suppresses its transaction. It may do so for one CREATE INDEX CONCURRENTLY or DROP INDEX CONCURRENTLY, " +
                "with an unqualified name, as the only statement of that direction: anything else can't be taken up again after an interruption. Split the migration.");
        }

        return new MigrationScript([.. own, .. SqlStatements.Split(history)], concurrent, [.. own.Where(DestructiveStatements.LosesData)]);
    }

    // The base class throws for a Down that was not written.
    private static IReadOnlyList<MigrationOperation>? DownOperations(Migration migration)
    {
        try
        {
            return migration.DownOperations;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
