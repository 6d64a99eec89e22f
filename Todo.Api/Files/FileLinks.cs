using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Todo.Api.Edge;
using Todo.Api.Errors;
using Todo.Api.Identity;

namespace Todo.Api.Files;

/// <summary>What a link says, and has proven to be of our making.</summary>
/// <param name="TenantId">Whose the file is.</param>
/// <param name="FileId">The file.</param>
/// <param name="ExpiresAt">UTC.</param>
internal readonly record struct FileLink(Guid TenantId, Guid FileId, DateTimeOffset ExpiresAt) : IOfTenant;

/// <summary>
/// Links that open one file until a time. They are kept nowhere: each is the tenant's id, the file's, the time in seconds, and HMAC-SHA256 of the three with
/// a key of the tenant's own, so that nothing that is signed for one tenant means anything for another. The file is then looked for in that tenant.
/// </summary>
public sealed class FileLinks(IOptions<FilesOptions> options)
{
    /// <summary>What the tokens in links begin with, for scanners that look for secrets in code and logs.</summary>
    public const string Prefix = "todo_file_";

    private const int IdLength = 16;
    private const int SignedLength = (2 * IdLength) + sizeof(long);
    private const int Length = SignedLength + HMACSHA256.HashSizeInBytes;
    private const int TextLength = Length * 4 / 3;

    private readonly byte[]? _key = options.Value.LinkKey is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : null;

    /// <summary>The token of a link.</summary>
    /// <param name="tenant">Whose the file is.</param>
    /// <param name="file">The file.</param>
    /// <param name="expires">In whole seconds; what is beyond is cut off.</param>
    public string Make(Guid tenant, Guid file, DateTimeOffset expires)
    {
        var key = _key ?? throw new RefusedException(StatusCodes.Status503ServiceUnavailable, $"Links are not set up here. Ask whoever runs the service to set {FilesOptions.Section}:{nameof(FilesOptions.LinkKey)}.");
        Span<byte> bytes = stackalloc byte[Length];
        tenant.TryWriteBytes(bytes, bigEndian: true, out _);
        file.TryWriteBytes(bytes[IdLength..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[(2 * IdLength)..], expires.ToUnixTimeSeconds());
        Sign(key, tenant, bytes[..SignedLength], bytes[SignedLength..]);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>The link that a request's address is; null: it is none of our making, or its time is over.</summary>
    internal FileLink? Find(HttpContext context, DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (_key is null || context.Features.Get<PathSecret>() is not { Token: { Length: TextLength } text }
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != Length)
        {
            return null;
        }

        var tenant = new Guid(bytes[..IdLength], bigEndian: true);
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Sign(_key, tenant, bytes[..SignedLength], signature);

        // The time is looked at when it is known to be ours: whatever else stands there may be no time at all.
        if (!CryptographicOperations.FixedTimeEquals(signature, bytes[SignedLength..]))
        {
            return null;
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(bytes[(2 * IdLength)..]));
        return expires > now ? new FileLink(tenant, new Guid(bytes.Slice(IdLength, IdLength), bigEndian: true), expires) : null;
    }

    private static void Sign(byte[] key, Guid tenant, ReadOnlySpan<byte> content, Span<byte> signature)
    {
        byte[] info = [.. "file link 1"u8, .. tenant.ToByteArray(bigEndian: true)];
        HMACSHA256.HashData(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, HMACSHA256.HashSizeInBytes, salt: null, info), content, signature);
    }
}
