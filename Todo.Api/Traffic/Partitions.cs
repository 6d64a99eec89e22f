using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Todo.Api.Identity;

namespace Todo.Api.Traffic;

/// <summary>What the policies count by in one request.</summary>
public static class Partitions
{
    /// <summary>The claim with the id of the API key that a request was made with.</summary>
    public const string ApiKeyClaim = "api_key";

    // The version of what is stored: a build that stores it otherwise must not read this one's.
    private const string Prefix = "todo:limit:1:";

    // Longer than any address; of the hash as much as makes a collision unthinkable.
    private const int MaxAddressLength = 16;
    private const int HashLength = 16;
    private const int Subscriber = 8;

    /// <summary>The keys of those policies that have a partition in the request.</summary>
    /// <param name="policies">The policies.</param>
    /// <param name="context">The request.</param>
    /// <param name="caller">Who makes it; null while that is unknown.</param>
    /// <param name="account">The account that it is about, if it is about one.</param>
    public static IReadOnlyList<LimitKey> Keys(IReadOnlyList<LimitPolicy> policies, HttpContext context, ClaimsPrincipal? caller = null, string? account = null)
    {
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(context);
        var keys = new List<LimitKey>(policies.Count);
        foreach (var policy in policies)
        {
            if (Of(policy.Options.Partition, context, caller, account) is { } partition)
            {
                keys.Add(Key(policy, partition));
            }
        }

        return keys;
    }

    /// <summary>The key of one partition.</summary>
    public static LimitKey Key(LimitPolicy policy, string partition) => new(policy, $"{Prefix}{policy.Name}:{partition}");

    private static string? Of(PartitionKind kind, HttpContext context, ClaimsPrincipal? caller, string? account) => kind switch
    {
        PartitionKind.Address => OfAddress(context.Connection.RemoteIpAddress),
        PartitionKind.Account => account is null ? null : Hash(Encoding.UTF8.GetBytes(account)),
        PartitionKind.Tenant => Tenant(context, caller)?.ToString("N"),
        PartitionKind.Person => Tenant(context, caller) is { } tenant && caller!.FindFirst(ClaimTypes.NameIdentifier) is { } person ? $"{tenant:N}:{person.Value}" : null,
        PartitionKind.ApiKey => Tenant(context, caller) is { } tenant && caller!.FindFirst(ApiKeyClaim) is { } key ? $"{tenant:N}:{key.Value}" : null,
        _ => null,
    };

    private static Guid? Tenant(HttpContext context, ClaimsPrincipal? caller) =>
        caller is null ? null : context.RequestServices.GetRequiredService<RequestIdentity>().TenantId;

    // Hashed to keep addresses out of plain sight, not from somebody who tries all there are.
    internal static string OfAddress(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[MaxAddressLength];
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        address.TryWriteBytes(bytes, out var length);
        return Hash(bytes[..(address.AddressFamily == AddressFamily.InterNetworkV6 ? Subscriber : length)]);
    }

    private static string Hash(ReadOnlySpan<byte> secret) => Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, HashLength));
}
