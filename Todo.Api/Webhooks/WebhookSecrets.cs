using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Todo.Api.Errors;
using Todo.Data.Tenants;

namespace Todo.Api.Webhooks;

/// <summary>
/// The secrets that webhooks sign with. They are not stored: each is made anew out of the service's key, the tenant, the webhook and its salt, so that
/// whoever has a tenant's rows has no secret, and every replica has the same one.
/// </summary>
internal sealed class WebhookSecrets(IOptions<WebhookOptions> options)
{
    /// <summary>What secrets begin with, for scanners that look for them in code and logs.</summary>
    public const string Prefix = "todo_webhook_";

    /// <summary>The header with the time and the signature.</summary>
    public const string Header = "Todo-Signature";

    private const int SaltLength = 16;

    private readonly byte[]? _key = options.Value.Key is { Length: > 0 } key ? Encoding.UTF8.GetBytes(key) : null;

    /// <summary>Whether there is a key to make them of.</summary>
    public bool IsReady => _key is not null;

    /// <summary>Makes a new secret possible.</summary>
    public static byte[] NewSalt() => RandomNumberGenerator.GetBytes(SaltLength);

    /// <summary>A webhook's secret.</summary>
    /// <exception cref="RefusedException">503: the service has no key.</exception>
    public string Of(Guid tenant, Webhook webhook)
    {
        var key = _key ?? throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "Webhooks are not set up here. Ask whoever runs the service to set Webhooks:Key.");
        byte[] info = [.. "webhook secret 1"u8, .. tenant.ToByteArray(bigEndian: true), .. webhook.Id.ToByteArray(bigEndian: true)];
        return Prefix + Base64Url.EncodeToString(HKDF.DeriveKey(HashAlgorithmName.SHA256, key, outputLength: 32, webhook.Salt, info));
    }

    /// <summary>The header's value for what is sent at a time.</summary>
    public static string Sign(string secret, DateTimeOffset at, string body)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}";
    }
}
