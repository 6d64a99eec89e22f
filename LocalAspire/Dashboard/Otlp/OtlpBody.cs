using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace LocalAspire.Dashboard.Otlp;

/// <summary>The body of a request, unpacked, in a borrowed buffer.</summary>
internal readonly struct OtlpBody(byte[] buffer, int length) : IDisposable
{
    /// <summary>The .NET exporter's batches are well below a megabyte.</summary>
    public const int MaxReceived = 8 << 20;

    /// <summary>What a small packed body may become: a few megabytes of gzip can hold gigabytes.</summary>
    public const int MaxUnpacked = 16 << 20;

    public byte[] Buffer => buffer;

    public int Length => length;

    /// <summary>Reads the whole body; null if it is longer than <see cref="MaxUnpacked"/>.</summary>
    /// <exception cref="InvalidDataException">It is not gzip, though it says so.</exception>
    /// <exception cref="BadHttpRequestException">It is longer than <see cref="MaxReceived"/>, or it did not come.</exception>
    public static async Task<OtlpBody?> ReadAsync(HttpRequest request, bool isGzip, CancellationToken cancellationToken)
    {
        await using var unpacked = isGzip ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true) : null;
        var source = unpacked ?? request.Body;
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp((request.ContentLength ?? 0) + 1, 64 << 10, MaxReceived + 1));
        var length = 0;
        try
        {
            while (true)
            {
                if (length == buffer.Length)
                {
                    if (length > MaxUnpacked)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                        return null;
                    }

                    var larger = ArrayPool<byte>.Shared.Rent(Math.Min(length * 2, MaxUnpacked + 1));
                    buffer.AsSpan(0, length).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }

                var read = await source.ReadAsync(buffer.AsMemory(length), cancellationToken);
                if (read == 0)
                {
                    break;
                }

                length += read;
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }

        if (length > MaxUnpacked)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return null;
        }

        return new(buffer, length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(buffer);
}
