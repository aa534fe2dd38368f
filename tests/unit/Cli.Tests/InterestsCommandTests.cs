using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Driftline.Cli.Tests;

public sealed class InterestsCommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task FollowingGoesOnWhereTheConnectionIsReset()
    {
        using var recommender = new TcpListener(IPAddress.Loopback, 0);
        recommender.Start();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var follow = CommandLine.Create().Parse(["interests", "u1", "--follow", "--recommender", $"http://{recommender.LocalEndpoint}"])
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, enough.Token);
        using (var first = await recommender.AcceptSocketAsync(enough.Token).AsTask().WaitAsync(Soon))
        {
            await first.ReceiveAsync(new byte[4_096]);
            await first.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n:\n\n\r\n"u8.ToArray());
            first.LingerState = new LingerOption(true, 0); // closing resets
        }

        var again = recommender.AcceptSocketAsync(enough.Token).AsTask();
        Assert.Same(again, await Task.WhenAny(again, follow).WaitAsync(Soon));
        (await again).Dispose();
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => follow.WaitAsync(Soon));
    }
}
