using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>Reads an ExportMetricsServiceRequest (opentelemetry-proto, metrics.proto).</summary>
internal static class OtlpMetrics
{
    private const int MaxBuckets = 200;

    public static Batch<MetricPoint> Read(OtlpReader reader)
    {
        var batch = new Batch<MetricPoint>();
        foreach (var field in reader.Root())
        {
            switch (field)
            {
                case 1: ResourceMetrics(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        return batch;
    }

    // 1 resource, 2 scope metrics.
    private static void ResourceMetrics(OtlpReader reader, Batch<MetricPoint> batch)
    {
        var resource = TelemetryResource.Unknown;
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: resource = reader.Resource(); break;
                case 2: ScopeMetrics(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Resource = resource;
        }
    }

    // 1 scope, 2 metrics.
    private static void ScopeMetrics(OtlpReader reader, Batch<MetricPoint> batch)
    {
        var scope = "";
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: scope = reader.ScopeName(); break;
                case 2: ReadMetric(reader, batch); break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].Meter = scope;
        }
    }

    // Metric: 1 name, 2 description, 3 unit, 5 gauge, 7 sum, 9 histogram. Exponential histograms (10) and summaries (11) are refused.
    private static void ReadMetric(OtlpReader reader, Batch<MetricPoint> batch)
    {
        string name = "", description = "", unit = "";
        var first = batch.Items.Count;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: name = Names.Shared(reader.Text()); break;
                case 2: description = Names.Shared(reader.Text()); break;
                case 3: unit = Names.Shared(reader.Text()); break;
                case 5 or 7 or 9: ReadData(reader, field, batch); break;
                case 10 or 11:
                    batch.Rejected++;
                    reader.Skip();
                    break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            (batch.Items[i].Name, batch.Items[i].Description, batch.Items[i].Unit) = (name, description, unit);
        }
    }

    // Gauge, Sum, Histogram: 1 data points, 2 temporality (1 delta, 2 cumulative), 3 is monotonic.
    private static void ReadData(OtlpReader reader, int kind, Batch<MetricPoint> batch)
    {
        var first = batch.Items.Count;
        var isDelta = false;
        var isMonotonic = false;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1:
                    reader.CountItem();
                    batch.Items.Add(kind == 9 ? ReadHistogram(reader) : ReadNumber(reader));
                    break;
                case 2: isDelta = reader.Integer() == 1; break;
                case 3: isMonotonic = reader.Integer() != 0; break;
                default: reader.Skip(); break;
            }
        }

        for (var i = first; i < batch.Items.Count; i++)
        {
            batch.Items[i].IsDelta = isDelta;
            batch.Items[i].Kind = kind switch
            {
                5 => InstrumentKind.Gauge,
                9 => InstrumentKind.Histogram,
                _ => isMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter,
            };
        }
    }

    private static MetricPoint ReadNumber(OtlpReader reader)
    {
        var point = new MetricPoint();
        var attributes = new List<TelemetryAttribute>();
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 3: point.Time = reader.Fixed(); break;
                case 4: point.Value = reader.Number(); break;
                case 5: point.Exemplar = ReadExemplar(reader) ?? point.Exemplar; break;
                case 6: point.Value = reader.Fixed(); break;
                case 7: reader.AttributeInto(attributes); break;
                default: reader.Skip(); break;
            }
        }

        point.Attributes = [.. attributes];
        return point;
    }

    private static MetricPoint ReadHistogram(OtlpReader reader)
    {
        var point = new MetricPoint();
        var attributes = new List<TelemetryAttribute>();
        var counts = new List<long>();
        var bounds = new List<long>();
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 3: point.Time = reader.Fixed(); break;
                case 4: point.Count = reader.Fixed(); break;
                case 5: point.Value = reader.Number(); break;
                case 6: reader.Fixed64List(counts, MaxBuckets); break;
                case 7: reader.Fixed64List(bounds, MaxBuckets); break;
                case 8: point.Exemplar = ReadExemplar(reader) ?? point.Exemplar; break;
                case 9: reader.AttributeInto(attributes); break;
                default: reader.Skip(); break;
            }
        }

        point.Attributes = [.. attributes];
        point.Buckets = [.. counts];
        point.Bounds = [.. bounds.Select(BitConverter.Int64BitsToDouble)];
        if (point.Buckets.Length != point.Bounds.Length + 1)
        {
            // Without buckets, or with as many as never fit their bounds, only count and sum can be shown.
            (point.Buckets, point.Bounds) = ([point.Count], []);
        }

        return point;
    }

    // Exemplar: 2 time, 3 double, 6 integer, 4 span id, 5 trace id.
    private static Exemplar? ReadExemplar(OtlpReader reader)
    {
        long time = 0;
        double value = 0;
        ulong span = 0;
        UInt128 trace = 0;
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 2: time = reader.Fixed(); break;
                case 3: value = reader.Number(); break;
                case 4: span = reader.SpanId(); break;
                case 5: trace = reader.TraceId(); break;
                case 6: value = reader.Fixed(); break;
                default: reader.Skip(); break;
            }
        }

        return trace == UInt128.Zero ? null : new(time, value, trace, span);
    }
}
