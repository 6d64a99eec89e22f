using Google.Protobuf;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>What was received is not the protobuf message it claims to be.</summary>
internal sealed class MalformedOtlpException(string message) : Exception(message);

/// <summary>What was received holds more items than one request may.</summary>
internal sealed class TooManyItemsException(string message) : Exception(message);

/// <summary>
/// Reads protobuf field by field, so that only what is kept is ever allocated: generated message classes would first make an object
/// of everything that a sender likes to send.
/// </summary>
internal sealed class OtlpReader(byte[] buffer, int length) : IDisposable
{
    /// <summary>A text longer than this is cut.</summary>
    public const int MaxText = 16 * 1024;

    /// <summary>Items (spans, log records, data points) in one request. The .NET exporter sends 512.</summary>
    public const int MaxItems = 50_000;

    // Values can hold values; nothing sensible goes this deep.
    private const int MaxDepth = 24;

    private readonly CodedInputStream _input = new(buffer, 0, length);
    private int _end = length;
    private int _depth;
    private int _items;
    private WireFormat.WireType _wireType;

    /// <summary>The fields of the whole input.</summary>
    public Fields Root() => new(this, _end);

    /// <summary>The fields of the message that the current field holds. They must be read to their end.</summary>
    public Fields Message()
    {
        Expect(WireFormat.WireType.LengthDelimited);
        var outer = _end;
        var end = (long)_input.ReadLength() + _input.Position;
        if (end > outer || ++_depth > MaxDepth)
        {
            throw new MalformedOtlpException("A message is longer than what it stands in, or nested too deeply.");
        }

        _end = (int)end;
        return new(this, outer);
    }

    /// <summary>Counts an item.</summary>
    /// <exception cref="TooManyItemsException">There are more than <see cref="MaxItems"/>.</exception>
    public void CountItem()
    {
        if (++_items > MaxItems)
        {
            throw new TooManyItemsException($"One request may hold {MaxItems} items at most.");
        }
    }

    public string Text()
    {
        Expect(WireFormat.WireType.LengthDelimited);
        var text = _input.ReadString();
        return text.Length <= MaxText ? text : string.Concat(text.AsSpan(0, MaxText), "…");
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(WireFormat.WireType.LengthDelimited);
        return _input.ReadBytes().Span;
    }

    public long Integer()
    {
        Expect(WireFormat.WireType.Varint);
        return _input.ReadInt64();
    }

    public long Fixed()
    {
        Expect(WireFormat.WireType.Fixed64);
        return _input.ReadSFixed64();
    }

    public double Number()
    {
        Expect(WireFormat.WireType.Fixed64);
        return _input.ReadDouble();
    }

    /// <summary>Reads a repeated field of eight-byte values, packed or not, and keeps at most <paramref name="max"/>.</summary>
    public void Fixed64List(List<long> list, int max)
    {
        if (_wireType == WireFormat.WireType.Fixed64)
        {
            Keep(_input.ReadSFixed64());
            return;
        }

        Expect(WireFormat.WireType.LengthDelimited);
        var end = (long)_input.ReadLength() + _input.Position;
        if (end > _end)
        {
            throw new MalformedOtlpException("A list is longer than what it stands in.");
        }

        while (_input.Position < end)
        {
            Keep(_input.ReadSFixed64());
        }

        void Keep(long value)
        {
            if (list.Count < max)
            {
                list.Add(value);
            }
        }
    }

    public void Dispose() => _input.Dispose();

    public void Skip() => _input.SkipLastField();

    private void Expect(WireFormat.WireType wireType)
    {
        if (_wireType != wireType)
        {
            throw new MalformedOtlpException($"A field is of wire type {_wireType}, not {wireType}.");
        }
    }

    /// <summary>The numbers of a message's fields, one after the other.</summary>
    internal readonly struct Fields(OtlpReader reader, int outerEnd)
    {
        public Enumerator GetEnumerator() => new(reader, outerEnd);
    }

    internal struct Enumerator(OtlpReader reader, int outerEnd)
    {
        public int Current { get; private set; }

        public bool MoveNext()
        {
            var position = reader._input.Position;
            if (position > reader._end)
            {
                throw new MalformedOtlpException("A field is longer than the message it stands in.");
            }

            if (position == reader._end)
            {
                reader._end = outerEnd;
                reader._depth--;
                return false;
            }

            var tag = reader._input.ReadTag();
            Current = WireFormat.GetTagFieldNumber(tag);
            reader._wireType = WireFormat.GetTagWireType(tag);
            return true;
        }
    }
}
