using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Todo.Api.Identity;

/// <summary>
/// A bearer token: the tenant's id (16 bytes) and 256 random bits, in base64url (RFC 4648 §5), 64 characters. It says by itself where
/// to look it up, and proves nothing until its hash is found there.
/// </summary>
public readonly record struct AccessToken : IOfTenant
{
    private const int IdLength = 16;
    private const int SecretLength = 32;
    private const int TextLength = (IdLength + SecretLength) * 4 / 3;

    private AccessToken(Guid tenantId, byte[] hash)
    {
        TenantId = tenantId;
        Hash = hash;
    }

    /// <summary>The tenant it claims to belong to.</summary>
    public Guid TenantId { get; }

    /// <summary>SHA-256 of the token; all that is ever stored, cached or logged of it.</summary>
    public byte[] Hash { get; }

    /// <summary>Makes a new one.</summary>
    /// <param name="tenantId">The tenant it is good for.</param>
    /// <param name="text">What the person gets, once.</param>
    public static AccessToken Create(Guid tenantId, out string text)
    {
        Span<byte> bytes = stackalloc byte[IdLength + SecretLength];
        tenantId.TryWriteBytes(bytes, bigEndian: true, out _);
        RandomNumberGenerator.Fill(bytes[IdLength..]);
        text = Base64Url.EncodeToString(bytes);
        return new AccessToken(tenantId, SHA256.HashData(bytes));
    }

    /// <summary>Reads one that somebody sent.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out AccessToken token)
    {
        Span<byte> bytes = stackalloc byte[IdLength + SecretLength];
        if (text.Length == TextLength && Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && written == bytes.Length)
        {
            var tenantId = new Guid(bytes[..IdLength], bigEndian: true);
            if (tenantId != Guid.Empty)
            {
                token = new AccessToken(tenantId, SHA256.HashData(bytes));
                return true;
            }
        }

        token = default;
        return false;
    }
}
