using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds ports to listen on.</summary>
internal static class Ports
{
    // A process may listen long after its port was chosen: it waits for others. Until then we listen there ourselves,
    // or somebody else, such as an AppHost of another checkout, would.
    private static readonly ConcurrentDictionary<int, TcpListener[]> Held = [];

    /// <summary>A port nobody listens on, held until it is released.</summary>
    public static int Free()
    {
        while (true)
        {
            var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var port = ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Dispose();
            if (TryTake(port))
            {
                return port;
            }
        }
    }

    /// <summary>Takes a certain port and holds it until it is released, unless somebody has it.</summary>
    public static bool TryTake(int port)
    {
        if (Held.ContainsKey(port) || Listen(port) is not { } listeners)
        {
            return false;
        }

        if (Held.TryAdd(port, listeners))
        {
            return true;
        }

        Array.ForEach(listeners, listener => listener.Dispose());
        return false;
    }

    /// <summary>Lets a process listen on a port held for it. It stays its own until it is returned.</summary>
    public static void Release(int port)
    {
        if (Held.TryGetValue(port, out var listeners))
        {
            Array.ForEach(listeners, listener => listener.Dispose());
        }
    }

    /// <summary>Gives ports back.</summary>
    public static void Return(IEnumerable<int> ports)
    {
        foreach (var port in ports)
        {
            Release(port);
            Held.TryRemove(port, out _);
        }
    }

    /// <summary>Whether nobody listens on a port of this machine.</summary>
    public static bool IsFree(int port)
    {
        if (Listen(port) is not { } listeners)
        {
            return false;
        }

        Array.ForEach(listeners, listener => listener.Dispose());
        return true;
    }

    private static TcpListener[]? Listen(int port)
    {
        var listeners = new List<TcpListener>();
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            var listener = new TcpListener(address, port);
            try
            {
                listener.Start();
                listeners.Add(listener);
            }
            catch (SocketException exception)
            {
                listener.Dispose();

                // A machine without that address has nobody listening on it.
                if (exception.SocketErrorCode is not (SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported))
                {
                    listeners.ForEach(other => other.Dispose());
                    return null;
                }
            }
        }

        return [.. listeners];
    }
}
