using System.CommandLine;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Fleet;
using Todo.Tenancy.Migrations;

namespace Todo.Cli.Migrations;

/// <summary>One migration of this build.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Checksum">SHA-256 over its own statements.</param>
/// <param name="IsReversible">Whether it has a way back.</param>
/// <param name="IsDestructive">Whether data is gone once it was applied.</param>
/// <param name="IsConcurrent">Whether it runs outside of a transaction where a table is large.</param>
/// <param name="Schemas">How many schemas are exactly there; null if that was not asked for.</param>
internal sealed record MigrationDocument(string Id, string Checksum, bool IsReversible, bool IsDestructive, bool IsConcurrent, int? Schemas);

/// <summary>Both lines, oldest first.</summary>
internal sealed record MigrationsDocument(IReadOnlyList<MigrationDocument> Catalog, IReadOnlyList<MigrationDocument> Tenant);

internal static class ListCommand
{
    public static Command Create()
    {
        var counts = new Option<bool>("--counts") { Description = "Ask the database how many schemas are at each." };
        return new Command("list", "The migrations of both lines, oldest first.") { counts }.Does(async (invocation, cancellationToken) =>
        {
            Dictionary<string, int>? catalog = null, tenants = null;
            if (invocation.Get(counts))
            {
                var dataSource = invocation.Service<NpgsqlDataSource>();
                var status = await FleetStatus.ReadAsync(dataSource, invocation.Service<RunStore>(), MigrationLines.Tenant, cancellationToken);
                tenants = status.Groups.Where(group => group.Version is not null).GroupBy(group => group.Version!).ToDictionary(group => group.Key, group => group.Sum(one => one.Tenants));
                await using var command = dataSource.CreateCommand($"SELECT max(\"MigrationId\") FROM public.\"{MigrationLine.HistoryTable}\"");
                catalog = await command.ExecuteScalarAsync(cancellationToken) is string version ? new() { [version] = 1 } : [];
            }

            await invocation.Output.AnswerAsync(
                new MigrationsDocument(Describe(MigrationLines.Catalog, catalog), Describe(MigrationLines.Tenant, tenants)),
                lines => [.. Lines("catalog", lines.Catalog), "", .. Lines("tenant", lines.Tenant)]);
            return ExitCode.Success;
        });
    }

    private static MigrationDocument[] Describe(MigrationLine line, Dictionary<string, int>? schemas) =>
        [.. line.Steps.Select(step => new MigrationDocument(
            step.Id, step.Checksum, step.Down is not null, step.Up.DataLoss.Count > 0, step.Up.Concurrent is not null, schemas is null ? null : schemas.GetValueOrDefault(step.Id)))];

    private static IEnumerable<string> Lines(string name, IReadOnlyList<MigrationDocument> migrations) => Output.Table(
        [name.ToUpperInvariant(), "SCHEMAS", "SHA-256", "REMARKS"],
        migrations.Select(migration => new string?[]
        {
            migration.Id,
            migration.Schemas is { } schemas ? $"{schemas}" : "-",
            migration.Checksum[..12],
            string.Join(", ", new[] { migration.IsConcurrent ? "concurrent" : null, migration.IsDestructive ? "destroys data" : null, migration.IsReversible ? null : "no way back" }.OfType<string>()),
        }));
}
