using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds ports to listen on.</summary>
internal static class Ports
{
    // A port is given out before anybody listens on it, so the operating system alone would give it out twice.
    private static readonly ConcurrentDictionary<int, byte> GivenOut = [];

    /// <summary>A port nobody listens on and nobody was given.</summary>
    public static int Free()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            listener.Stop();
            if (IsFree(port) && GivenOut.TryAdd(port, 0))
            {
                return port;
            }
        }
    }

    /// <summary>Takes a certain port, unless somebody has it.</summary>
    public static bool TryTake(int port) => IsFree(port) && GivenOut.TryAdd(port, 0);

    /// <summary>Gives ports back.</summary>
    public static void Return(IEnumerable<int> ports)
    {
        foreach (var port in ports)
        {
            GivenOut.TryRemove(port, out _);
        }
    }

    /// <summary>Whether nobody listens on a port of this machine.</summary>
    public static bool IsFree(int port) => CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    private static bool CanBind(IPAddress address, int port)
    {
        using var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException exception)
        {
            // A machine without that address has nobody listening on it.
            return exception.SocketErrorCode == SocketError.AddressNotAvailable;
        }
    }
}
