using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>Reads an ExportLogsServiceRequest (opentelemetry-proto, logs.proto).</summary>
internal static class OtlpLogs
{
    public static Batch<LogEntry> Read(OtlpReader reader)
    {
        var batch = new Batch<LogEntry>();
        foreach (var field in reader.Root())
        {
            switch (field)
            {
                case 1: ResourceLogs(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        return batch;
    }

    // 1 resource, 2 scope logs.
    private static void ResourceLogs(OtlpReader reader, Batch<LogEntry> batch)
    {
        var resource = TelemetryResource.Unknown;
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: resource = reader.Resource(); break;
                case 2: ScopeLogs(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Resource = resource;
        }
    }

    // 1 scope, 2 log records. The scope's name is what .NET calls the category.
    private static void ScopeLogs(OtlpReader reader, Batch<LogEntry> batch)
    {
        var scope = "";
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: scope = reader.ScopeName(); break;
                case 2:
                    reader.CountItem();
                    batch.Items.Add(ReadRecord(reader));
                    break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Category = scope;
        }
    }

    private static LogEntry ReadRecord(OtlpReader reader)
    {
        var entry = new LogEntry();
        var attributes = new List<TelemetryAttribute>();
        long observed = 0;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: entry.Time = reader.Fixed(); break;
                case 2: entry.Severity = (int)Math.Clamp(reader.Integer(), 0, 24); break;
                case 5: entry.Message = reader.Value(); break;
                case 6: reader.AttributeInto(attributes); break;
                case 9: entry.TraceId = reader.TraceId(); break;
                case 10: entry.SpanId = reader.SpanId(); break;
                case 11: observed = reader.Fixed(); break;
                case 12: entry.EventName = Names.Shared(reader.Text()); break;
                default: reader.Skip(); break;
            }
        }

        entry.Time = entry.Time == 0 ? observed : entry.Time;
        entry.Attributes = [.. attributes];
        return entry;
    }
}
