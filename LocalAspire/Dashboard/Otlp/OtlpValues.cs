using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using LocalAspire.Dashboard.Telemetry;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>Reads what traces, logs and metrics have in common (opentelemetry-proto, common.proto and resource.proto).</summary>
internal static class OtlpValues
{
    private const int MaxAttributes = 128;

    /// <summary>Resource: 1 attributes.</summary>
    public static TelemetryResource Resource(this OtlpReader reader)
    {
        var attributes = new List<TelemetryAttribute>();
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: reader.AttributeInto(attributes); break;
                default: reader.Skip(); break;
            }
        }

        return TelemetryResource.Of(attributes);
    }

    /// <summary>InstrumentationScope: 1 name.</summary>
    public static string ScopeName(this OtlpReader reader)
    {
        var name = "";
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: name = Names.Shared(reader.Text()); break;
                default: reader.Skip(); break;
            }
        }

        return name;
    }

    /// <summary>KeyValue: 1 key, 2 value. Kept unless there are too many already.</summary>
    public static void AttributeInto(this OtlpReader reader, List<TelemetryAttribute> attributes)
    {
        if (attributes.Count >= MaxAttributes)
        {
            reader.Skip();
            return;
        }

        var key = "";
        var value = "";
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: key = Names.Shared(reader.Text()); break;
                case 2: value = reader.Value(); break;
                default: reader.Skip(); break;
            }
        }

        attributes.Add(new(key, value));
    }

    /// <summary>AnyValue as a text: 1 string, 2 bool, 3 int, 4 double, 5 array, 6 key-value list, 7 bytes.</summary>
    public static string Value(this OtlpReader reader)
    {
        var value = "";
        foreach (var field in reader.Message())
        {
            switch (field)
            {
                case 1: value = reader.Text(); break;
                case 2: value = reader.Integer() != 0 ? "true" : "false"; break;
                case 3: value = reader.Integer().ToString(CultureInfo.InvariantCulture); break;
                case 4: value = reader.Number().ToString(CultureInfo.InvariantCulture); break;
                case 5: value = reader.List('[', ']', static reader => reader.Value()); break;
                case 6: value = reader.List('{', '}', static reader => reader.Pair()); break;
                case 7: value = Convert.ToBase64String(Start(reader.Bytes(), OtlpReader.MaxText / 2)); break;
                default: reader.Skip(); break;
            }
        }

        return value;
    }

    /// <summary>A trace id; 0 if it is missing or not one.</summary>
    public static UInt128 TraceId(this OtlpReader reader) =>
        reader.Bytes() is { Length: 16 } bytes ? BinaryPrimitives.ReadUInt128BigEndian(bytes) : UInt128.Zero;

    /// <summary>A span id; 0 if it is missing or not one.</summary>
    public static ulong SpanId(this OtlpReader reader) =>
        reader.Bytes() is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;

    private static ReadOnlySpan<byte> Start(ReadOnlySpan<byte> bytes, int length) => bytes.Length <= length ? bytes : bytes[..length];

    private static string Pair(this OtlpReader reader)
    {
        var pair = new List<TelemetryAttribute>(1);
        reader.AttributeInto(pair);
        return $"{pair[0].Key}: {pair[0].Value}";
    }

    // ArrayValue and KeyValueList: 1 values.
    private static string List(this OtlpReader reader, char open, char close, Func<OtlpReader, string> item)
    {
        var text = new StringBuilder().Append(open);
        foreach (var field in reader.Message())
        {
            if (field != 1 || text.Length >= OtlpReader.MaxText)
            {
                reader.Skip();
                continue;
            }

            text.Append(text.Length > 1 ? ", " : "").Append(item(reader));
        }

        return text.Append(close).ToString();
    }
}
