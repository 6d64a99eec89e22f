using System.Diagnostics.Metrics;
using Npgsql;
using Todo.Api.Measuring;

namespace Todo.Api.Webhooks;

/// <summary>How webhooks are told. Nothing in here says whose they are.</summary>
internal sealed class WebhookMetrics
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly LastReading<Backlog> _backlog;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _delay;

    public WebhookMetrics(NpgsqlDataSource dataSource, TimeProvider clock, IMeterFactory meters)
    {
        _dataSource = dataSource;
        _backlog = new LastReading<Backlog>(ReadAsync, clock);
        var meter = meters.Create("Todo.Api");
        _attempts = meter.CreateCounter<long>("todo.webhooks.attempts", "{delivery}", "Deliveries that were tried.");
        _delay = meter.CreateHistogram("todo.webhooks.delay", "s", "Time from when a delivery became necessary until it was received.", tags: null, Buckets.OfWaits);
        meter.CreateObservableGauge("todo.webhooks.lag", () => Measure(), "s", "How long the tenant that has waited for longest has been due to be looked after.");
    }

    public void Attempted(Attempt attempt, TimeSpan delay)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("outcome", attempt.Error is null ? "delivered" : "failed"));
        if (attempt.Error is null)
        {
            _delay.Record(Math.Max(0, delay.TotalSeconds));
        }
    }

    private IEnumerable<Measurement<double>> Measure() => _backlog.Value is { } backlog ? [new Measurement<double>(backlog.Seconds)] : [];

    private async Task<Backlog> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT coalesce(extract(epoch FROM now() - min(webhooks.due_at)), 0)::float8
            FROM public.webhook_tenants AS webhooks JOIN public.tenants AS tenant ON tenant.id = webhooks.tenant_id WHERE webhooks.due_at <= now() AND tenant.status = 'active'
            """);
        return new Backlog((double)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    private sealed record Backlog(double Seconds);
}
