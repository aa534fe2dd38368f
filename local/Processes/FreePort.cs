using System.Net;
using System.Net.Sockets;

namespace Driftline.Local;

/// <summary>Ports on 127.0.0.1 for servers that cannot choose one themselves.</summary>
public static class FreePort
{
    /// <summary>A port that was free a moment ago: start the server soon.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether a server could listen on a port just now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
