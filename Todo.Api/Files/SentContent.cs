using System.Security.Cryptography;
using Todo.Api.Errors;

namespace Todo.Api.Files;

/// <summary>A content on its way in, which is read once: it is counted and hashed meanwhile, its first bytes are looked at, and room is made before more of it is taken than there is room for.</summary>
/// <param name="body">What is sent.</param>
/// <param name="reserved">Bytes that there is room for.</param>
/// <param name="makeRoom">Makes room for so many bytes more.</param>
/// <param name="max">The most bytes of a file.</param>
internal sealed class SentContent(Stream body, long reserved, Func<long, CancellationToken, Task> makeRoom, long max) : Stream
{
    /// <summary>In how large steps room is made for what does not say how much it is.</summary>
    public const long Step = 4 * 1024 * 1024;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = new byte[FileType.HeadBytes];
    private long _reserved = reserved;
    private int _headLength;

    /// <summary>Bytes so far.</summary>
    public long Count { get; private set; }

    /// <summary>What it is, once it was read.</summary>
    public string ContentType => FileType.Of(_head.AsSpan(0, _headLength));

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => Count;
        set => throw new NotSupportedException();
    }

    /// <summary>The answer to whoever sends a file that is too large.</summary>
    public static RefusedException TooLarge(long max) =>
        new(StatusCodes.Status413PayloadTooLarge, $"A file has {max:N0} bytes at most.", new Dictionary<string, object?> { ["maxFileBytes"] = max });

    /// <summary>SHA-256 of what was read; once, at the end.</summary>
    public byte[] Sha256() => _hash.GetHashAndReset();

    /// <inheritdoc/>
    /// <exception cref="RefusedException">413: it is too large. 507: there is no more room. 400: it ends too early.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await ReadBodyAsync(buffer, cancellationToken);
        Count += read;
        if (Count > max)
        {
            throw TooLarge(max);
        }

        if (Count > _reserved)
        {
            var more = Math.Min(Math.Max(Step, Count - _reserved), max - _reserved);
            await makeRoom(more, cancellationToken);
            _reserved += more;
        }

        var content = buffer.Span[..read];
        _hash.AppendData(content);
        if (_headLength < _head.Length)
        {
            var head = content[..Math.Min(content.Length, _head.Length - _headLength)];
            head.CopyTo(_head.AsSpan(_headLength));
            _headLength += head.Length;
        }

        return read;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadBodyAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (SentFile.IsMalformed(exception, cancellationToken))
        {
            throw SentFile.Malformed();
        }
    }
}
