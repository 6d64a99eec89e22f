using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Todo.Api.Tenants;

/// <summary>
/// Stands for the operators' key in a browser, for an hour: when it ends, signed with a key that is made of theirs. So every replica knows it, none
/// stores it, and another operators' key ends all of them. It opens nothing by itself: the request has to come from a page of ours as well.
/// </summary>
internal sealed class OperatorCookie(IOptionsMonitor<OperatorOptions> operators, TimeProvider clock)
{
    public const string Name = "todo-operator";

    /// <summary>What our page sends with every request. A form can't, and another origin's script may not without CORS, which never allows it.</summary>
    public const string PageHeader = "X-Operator-Page";

    /// <summary>How long after the key was typed in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int EndLength = sizeof(long);
    private const int NonceLength = 16;
    private const int SignedLength = EndLength + NonceLength;
    private const int Length = SignedLength + HMACSHA256.HashSizeInBytes;

    private static readonly byte[] Purpose = "todo operator cookie 1"u8.ToArray();

    /// <summary>Remembers the browser of somebody who has sent the key.</summary>
    public void SignIn(HttpContext context)
    {
        if (!HasKey(out var key))
        {
            return;
        }

        Span<byte> cookie = stackalloc byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(cookie, (clock.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(cookie[EndLength..SignedLength]);
        HMACSHA256.HashData(key, cookie[..SignedLength], cookie[SignedLength..]);
        context.Response.Cookies.Append(Name, Base64Url.EncodeToString(cookie), Options(context, Lifetime));
    }

    /// <summary>Has the browser forget it.</summary>
    public static void SignOut(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context, lifetime: null));

    /// <summary>Whether the browser has one that has not ended: what to show it, and no more.</summary>
    public bool IsSignedIn(HttpRequest request)
    {
        Span<byte> cookie = stackalloc byte[Length + 1];
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (request.Cookies[Name] is not { Length: > 0 and < 2 * Length } text || !HasKey(out var key)
            || Base64Url.DecodeFromChars(text, cookie, out _, out var length) != OperationStatus.Done || length != Length)
        {
            return false;
        }

        HMACSHA256.HashData(key, cookie[..SignedLength], signature);
        return CryptographicOperations.FixedTimeEquals(signature, cookie[SignedLength..Length])
            && BinaryPrimitives.ReadInt64BigEndian(cookie) > clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>Whether it is an operator who asks, from a page of ours.</summary>
    public bool Admits(HttpRequest request) => IsFromOurPage(request) && IsSignedIn(request);

    // The first is what another origin can't send; the others are what a browser says of its own accord, whatever the page wants.
    private static bool IsFromOurPage(HttpRequest request)
    {
        if (request.Headers[PageHeader].Count != 1 || request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin"))
        {
            return false;
        }

        var origin = request.Headers.Origin.ToString();

        // Browsers send it with all that changes something. Its scheme is not compared: behind a proxy that ends TLS we may not know ours.
        return origin.Length == 0
            ? HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            : Uri.TryCreate(origin, UriKind.Absolute, out var uri) && HostString.FromUriComponent(uri).Equals(WithoutDefaultPort(request.Host, uri));
    }

    private static HostString WithoutDefaultPort(HostString host, Uri origin) =>
        origin.IsDefaultPort && host.Port == origin.Port ? new HostString(host.Host) : host;

    private bool HasKey([NotNullWhen(true)] out byte[]? key)
    {
        key = operators.CurrentValue.Key is { Length: > 0 } theirs ? HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(theirs), HMACSHA256.HashSizeInBytes, info: Purpose) : null;
        return key is not null;
    }

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = Microsoft.AspNetCore.Http.SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/cc",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
