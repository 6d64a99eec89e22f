using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Todo.Tests.LocalAspire.Dashboard;

/// <summary>Writes OTLP by field numbers, as a sender does, and as none should.</summary>
internal static class OtlpMessage
{
    /// <summary>A message of fields: a text, bytes (also a message), a long (variable length), a ulong (fixed length), a double, or a list of fixed values.</summary>
    public static byte[] Of(params (int Number, object Value)[] fields)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true))
        {
            foreach (var (number, value) in fields)
            {
                Write(output, number, value);
            }
        }

        return stream.ToArray();
    }

    public static byte[] Attribute(string key, string value) => Of((1, key), (2, Of((1, value))));

    public static byte[] Span(UInt128 trace, ulong span, string name, ulong parent = 0, ulong start = 1_000_000_000, ulong end = 2_000_000_000, params byte[][] attributes) => Of(
    [
        (1, Bytes(trace)),
        (2, Bytes(span)),
        .. parent == 0 ? Array.Empty<(int, object)>() : [(4, Bytes(parent))],
        (5, name),
        (6, 2L),
        (7, start),
        (8, end),
        .. attributes.Select(attribute => (9, (object)attribute)),
    ]);

    /// <summary>An export request with one resource and one scope: of spans, log records or metrics, whose numbers are the same.</summary>
    public static byte[] Request(string service, params IEnumerable<byte[]> items)
    {
        var resource = Of((1, Attribute("service.name", service)), (1, Attribute("service.instance.id", service)));
        var scope = Of([(1, Of((1, "a.scope"))), .. items.Select(item => (2, (object)item))]);
        return Of((1, Of((1, resource), (2, scope))));
    }

    public static byte[] Bytes(UInt128 id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return bytes;
    }

    public static byte[] Bytes(ulong id)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id);
        return bytes;
    }

    private static void Write(CodedOutputStream output, int number, object value)
    {
        switch (value)
        {
            case string text:
                Write(output, number, Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(bytes));
                break;
            case long integer:
                output.WriteTag(number, WireFormat.WireType.Varint);
                output.WriteInt64(integer);
                break;
            case ulong @fixed:
                output.WriteTag(number, WireFormat.WireType.Fixed64);
                output.WriteFixed64(@fixed);
                break;
            case double real:
                output.WriteTag(number, WireFormat.WireType.Fixed64);
                output.WriteDouble(real);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} cannot be written.", nameof(value));
        }
    }
}
