using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Todo.Data;
using Todo.Tenancy.Migrations;

namespace Todo.Api.Fleet;

/// <summary>
/// Whether the catalog is at a version that this build can serve: its own newest one, or a newer one, as a newer build's worker leaves it and older
/// replicas go on with (migrations of the catalog only add, until no build is left that needs what they take away).
/// </summary>
internal sealed class CatalogGate(NpgsqlDataSource dataSource, TimeProvider clock) : IHealthCheck
{
    // A catalog does not go back by itself; somebody may restore an old one.
    private static readonly TimeSpan Confidence = TimeSpan.FromSeconds(30);

    private long _seen;
    private string? _version;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (_version is { } known && clock.GetElapsedTime(Volatile.Read(ref _seen)) < Confidence)
        {
            return HealthCheckResult.Healthy(known);
        }

        var version = await VersionAsync(cancellationToken);
        if (version is null || string.CompareOrdinal(version, MigrationLines.Catalog.Head.Id) < 0)
        {
            _version = null;
            return new HealthCheckResult(
                context.Registration.FailureStatus,
                $"The catalog is at {version ?? "no version"}, and this build needs {MigrationLines.Catalog.Head.Id}. Run the migration worker.");
        }

        Volatile.Write(ref _seen, clock.GetTimestamp());
        _version = version;
        return HealthCheckResult.Healthy(version);
    }

    private async Task<string?> VersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand($"SELECT max(\"MigrationId\") FROM public.\"{MigrationLine.HistoryTable}\"");
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return null;
        }
    }
}
