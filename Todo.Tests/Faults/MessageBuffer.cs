using System.Buffers.Binary;
using System.Net.Sockets;

namespace Todo.Tests.Faults;

/// <summary>
/// Received bytes, message by message (PostgreSQL manual, "Message Formats"): first those released for forwarding, then those seen but
/// kept back, then those not looked at yet.
/// </summary>
internal sealed class MessageBuffer(NetworkStream source)
{
    private const int HeaderLength = 5;

    private byte[] _bytes = new byte[16 * 1024];
    private int _released;
    private int _seen;
    private int _end;

    /// <summary>Whole messages to forward.</summary>
    public ReadOnlyMemory<byte> Released => _bytes.AsMemory(0, _released);

    /// <summary>Waits for more; false at the end of the stream.</summary>
    public async ValueTask<bool> ReceiveAsync()
    {
        if (_end == _bytes.Length)
        {
            Array.Resize(ref _bytes, _bytes.Length * 2);
        }

        var count = await source.ReadAsync(_bytes.AsMemory(_end));
        _end += count;
        return count > 0;
    }

    /// <summary>The type of the next message, if all of it is here.</summary>
    public bool TryPeek(out char type)
    {
        type = default;
        if (_end - _seen < HeaderLength || _end - _seen < Length(1) + 1)
        {
            return false;
        }

        type = (char)_bytes[_seen];
        return true;
    }

    /// <summary>The body of the message that <see cref="TryPeek"/> has found, which is seen from now on.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var length = Length(1) + 1;
        var body = _bytes.AsSpan(_seen + HeaderLength, length - HeaderLength);
        _seen += length;
        return body;
    }

    /// <summary>The body of a message of the start, which has no type; false if not all of it is here.</summary>
    public bool TryNextUntyped(out ReadOnlySpan<byte> body)
    {
        body = default;
        if (_end - _seen < sizeof(int) || _end - _seen < Length(0))
        {
            return false;
        }

        var length = Length(0);
        body = _bytes.AsSpan(_seen + sizeof(int), length - sizeof(int));
        _seen += length;
        return true;
    }

    /// <summary>All that was seen may go on.</summary>
    public void Release() => _released = _seen;

    /// <summary>Drops what was released, after it was forwarded.</summary>
    public void Forget()
    {
        if (_released == 0)
        {
            return;
        }

        _bytes.AsSpan(_released, _end - _released).CopyTo(_bytes);
        _seen -= _released;
        _end -= _released;
        _released = 0;
    }

    private int Length(int offset) => BinaryPrimitives.ReadInt32BigEndian(_bytes.AsSpan(_seen + offset));
}
