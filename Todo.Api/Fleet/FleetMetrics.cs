using System.Diagnostics.Metrics;
using Npgsql;
using Todo.Api.Measuring;

namespace Todo.Api.Fleet;

/// <summary>
/// How many tenants are at which version, and how far the open run is, from the ledger: one query, answered by an index, at most every ten seconds.
/// Every replica says the same, so look at one, or at the greatest, not at their sum.
/// </summary>
internal sealed class FleetMetrics : IHostedService
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly LastReading<IReadOnlyList<Row>> _ledger;

    public FleetMetrics(NpgsqlDataSource dataSource, TimeProvider clock, IMeterFactory meters)
    {
        _dataSource = dataSource;
        _ledger = new LastReading<IReadOnlyList<Row>>(ReadAsync, clock);
        var meter = meters.Create("Todo.Api");
        meter.CreateObservableGauge("todo.tenants", () => Measure("tenants", "status", "version"), "{tenant}", "Tenants by status and by version of their schema.");
        meter.CreateObservableGauge("todo.runs.tenants", () => Measure("run", "state", null), "{tenant}", "Tenants of the open migration run by how far they are.");
    }

    // It is here to be made: those who collect ask the instruments.
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<IReadOnlyList<Row>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT 'tenants', status, schema_version, count(*) FROM public.tenants GROUP BY 2, 3
            UNION ALL
            SELECT 'run', tenant.state, NULL, count(*)
            FROM public.migration_run_tenants tenant JOIN public.migration_runs run ON run.id = tenant.run_id
            WHERE run.state IN ('running', 'paused') GROUP BY 2
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new Row(reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? "none" : reader.GetString(2), reader.GetInt64(3)));
        }

        return rows;
    }

    private IEnumerable<Measurement<long>> Measure(string of, string first, string? second)
    {
        foreach (var row in _ledger.Value ?? [])
        {
            if (row.Of == of)
            {
                yield return second is null
                    ? new Measurement<long>(row.Count, new KeyValuePair<string, object?>(first, row.State))
                    : new Measurement<long>(row.Count, new KeyValuePair<string, object?>(first, row.State), new KeyValuePair<string, object?>(second, row.Version));
            }
        }
    }

    private sealed record Row(string Of, string State, string Version, long Count);
}
