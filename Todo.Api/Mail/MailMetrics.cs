using System.Diagnostics.Metrics;
using Npgsql;
using Todo.Api.Measuring;

namespace Todo.Api.Mail;

/// <summary>How much mail goes out, and how much waits. Nothing in here says whose it is.</summary>
internal sealed class MailMetrics
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly LastReading<Waiting> _queue;
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _delay;

    public MailMetrics(NpgsqlDataSource dataSource, TimeProvider clock, IMeterFactory meters)
    {
        _dataSource = dataSource;
        _queue = new LastReading<Waiting>(ReadAsync, clock);
        var meter = meters.Create("Todo.Api");
        _attempts = meter.CreateCounter<long>("todo.mail.attempts", "{mail}", "Mails that were handed to the mail server, or could not be.");
        _delay = meter.CreateHistogram("todo.mail.delay", "s", "Time from when a mail became necessary until it was sent.", tags: null, Buckets.OfWaits);
        meter.CreateObservableGauge("todo.mail.waiting", () => Measure(queue => queue.Count), "{mail}", "Mails that are due and not sent, in the database.");
        meter.CreateObservableGauge("todo.mail.lag", () => Measure(queue => queue.Seconds), "s", "How long the mail that has been due for longest is.");
    }

    public void Sent(QueuedMail mail, TimeSpan delay)
    {
        Count(mail, "sent");
        _delay.Record(delay.TotalSeconds, new KeyValuePair<string, object?>("template", mail.Template));
    }

    public void Failed(QueuedMail mail, bool isPermanent) => Count(mail, isPermanent ? "given_up" : "failed");

    private void Count(QueuedMail mail, string outcome) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("template", mail.Template), new KeyValuePair<string, object?>("outcome", outcome));

    private IEnumerable<Measurement<double>> Measure(Func<Waiting, double> value) => _queue.Value is { } queue ? [new Measurement<double>(value(queue))] : [];

    // The same mails that the queue takes.
    private async Task<Waiting> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = _dataSource.CreateCommand(
            """
            SELECT count(*), coalesce(extract(epoch FROM now() - min(not_before)), 0)::float8 FROM public.outgoing_mail
            WHERE sent_at IS NULL AND not_before <= now() AND created_at > now() - $1
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = MailQueue.LongestWait });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new Waiting(reader.GetInt64(0), reader.GetDouble(1));
    }

    private sealed record Waiting(long Count, double Seconds);
}
