using System.Globalization;
using System.Runtime.InteropServices;

namespace Driftline.Local;

/// <summary>
/// A test broker lets five connections wait to be accepted. When it comes back, dozens of clients come at once: the kernel drops the handshakes of the rest, and tells
/// them again only after waits that double up to half a minute, in which a client believes that it is connected and that its requests are unanswered. A real
/// broker lets many wait. To listen again on the same socket raises the number.
/// </summary>
internal static partial class ListenBacklog
{
    private const int Connections = 1_024;
    private const int LargestAddress = 128;
    private const int PortAt = 2;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int AcceptsConnections = 30; // SO_ACCEPTCONN

    /// <param name="bootstrapServers">Addresses that this process listens on.</param>
    public static void Raise(string bootstrapServers)
    {
        if (!OperatingSystem.IsLinux()) return; // other numbers there; nobody but a fault suite breaks a cluster
        var ports = bootstrapServers.Split(',').Select(address => int.Parse(address[(address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var name in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
        {
            var socket = int.Parse(name!, CultureInfo.InvariantCulture);
            if (PortOf(socket) is { } port && ports.Contains(port) && Listens(socket)) _ = Listen(socket, Connections);
        }
    }

    /// <summary>A broker that is down has a socket that does not, and must not.</summary>
    private static bool Listens(int socket)
    {
        var (listens, length) = (0, sizeof(int));
        return GetSocketOption(socket, SocketLevel, AcceptsConnections, ref listens, ref length) == 0 && listens != 0;
    }

    /// <returns>Null for what is no socket.</returns>
    private static int? PortOf(int socket)
    {
        var address = new byte[LargestAddress];
        var length = address.Length;
        return GetSocketName(socket, address, ref length) == 0 ? (address[PortAt] << 8) | address[PortAt + 1] : null;
    }

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    private static partial int Listen(int socket, int backlog);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    private static partial int GetSocketOption(int socket, int level, int option, ref int value, ref int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int GetSocketName(int socket, [Out] byte[] address, ref int length);
}
