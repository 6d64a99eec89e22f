using System.Net;
using System.Net.Sockets;

namespace Todo.Api.Webhooks;

/// <summary>
/// Tells addresses of the public internet from all others, which nobody outside may have this service call: itself, its network, the metadata of its cloud.
/// It is asked of the address that is connected to, and not of a name, which may be another one a moment later.
/// </summary>
public static class OutsideAddress
{
    // Everything that IANA's special-purpose registries keep from being globally reachable, and multicast.
    private static readonly IPNetwork[] Inside =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(IPNetwork.Parse),
    ];

    // Of IPv6 what is handed out begins so; inside of that, these are not for everybody, or lead to an IPv4 address that is not looked at.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork[] NotGlobal = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Whether it is of the public internet.</summary>
    public static bool IsOutside(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            return IsOutside(address.MapToIPv4());
        }

        return address.AddressFamily switch
        {
            AddressFamily.InterNetwork => !Inside.Any(network => network.Contains(address)),
            AddressFamily.InterNetworkV6 => address.ScopeId == 0 && Global.Contains(address) && !NotGlobal.Any(network => network.Contains(address)),
            _ => false,
        };
    }
}
