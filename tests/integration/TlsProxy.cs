using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Driftline.Integration.Tests;

/// <summary>
/// Speaks TLS with clients and asks each for a certificate of the authority; behind it stands a server that speaks plain TCP on 127.0.0.1. Kafka's brokers
/// tell clients where they are: it puts its own address in place of the broker's in each of their answers.
/// </summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    private const int KafkaHeadBytes = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TestCertificates _certificates;
    private readonly int _target;
    private readonly bool _kafka;
    private readonly Task _accepting;
    private int _established;

    public TlsProxy(TestCertificates certificates, int target, bool kafka)
    {
        (_certificates, _target, _kafka) = (certificates, target, kafka);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Clients whose certificate was taken.</summary>
    public int Established => Volatile.Read(ref _established);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var secure = new SslStream(client.GetStream());
                await secure.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions { ServerCertificate = _certificates.Server, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOfTheAuthority(certificate) },
                    _stopping.Token);
                Interlocked.Increment(ref _established);
                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                await Task.WhenAny(secure.CopyToAsync(server.GetStream(), _stopping.Token), _kafka ? AnswerAsync(server.GetStream(), secure) : server.GetStream().CopyToAsync(secure, _stopping.Token));
            }
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or OperationCanceledException)
        {
            // The client was refused, or went.
        }
    }

    private bool IsOfTheAuthority(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 shown) return false;
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(_certificates.Authority);
        return chain.Build(shown);
    }

    /// <summary>Answers as Kafka frames them: four bytes of length, then as many bytes. An address is the host's name and four bytes of port.</summary>
    private async Task AnswerAsync(NetworkStream broker, SslStream client)
    {
        var (theirs, ours) = (Address("127.0.0.1", _target), Address("localhost", Port)); // of one length
        var head = new byte[KafkaHeadBytes];
        while (true)
        {
            await broker.ReadExactlyAsync(head, _stopping.Token);
            var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            await broker.ReadExactlyAsync(answer, _stopping.Token);
            for (int at = 0, next; (next = answer.AsSpan(at).IndexOf(theirs)) >= 0; at += next + ours.Length) ours.CopyTo(answer.AsSpan(at + next));
            await client.WriteAsync(head, _stopping.Token);
            await client.WriteAsync(answer, _stopping.Token);
        }
    }

    private static byte[] Address(string host, int port)
    {
        var bytes = new byte[host.Length + sizeof(int)];
        Encoding.ASCII.GetBytes(host, bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(host.Length), port);
        return bytes;
    }
}
