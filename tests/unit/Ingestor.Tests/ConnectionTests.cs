using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Driftline.Ingestor.Tests;

/// <summary>Clients that hold a connection without using it, or send more than a request may be, over sockets of their own.</summary>
public sealed class ConnectionTests
{
    private const string Click = """{"eventId":"e1","eventType":"click","userId":"u1","items":[{"itemId":"i1"}]}""";
    private const string Head = "POST /v1/events HTTP/1.1\r\nHost: ingestor\r\nContent-Type: application/json\r\n";

    [Fact]
    public async Task ClientsThatNeverFinishAreClosedAndTheirPlacesAreFree()
    {
        const int places = 20;
        await using var service = Service(("Http:MaxConnections", $"{places}"), ("Http:RequestHeadersTimeout", "00:00:01"), ("Http:DataRateGrace", "00:00:01.100"), ("Http:KeepAliveTimeout", "00:00:01"));
        var client = service.CreateClient(); // starts the service
        var address = client.BaseAddress!;
        // All places taken: by clients that say nothing, that stop in the headers, in the body, and between two requests.
        string[] beginnings = ["", "POST /v1/ev", Head, $"{Head}Content-Length: 1000\r\n\r\n{{\"eventId\":", $"{Head}Content-Length: {Click.Length}\r\n\r\n{Click}"];
        var held = new List<Socket>();
        for (var i = 0; i < places; i++) held.Add(await OpenAsync(address, beginnings[i % beginnings.Length]));

        // A good client gets in as soon as places are given up, whatever the others do; and each of them is closed.
        Assert.Equal(HttpStatusCode.Accepted, await PostUntilAnsweredAsync(client));
        foreach (var socket in held)
        {
            await ReadToEndAsync(socket);
            socket.Dispose();
        }
    }

    [Fact]
    public async Task AConnectionMoreThanMayBeOpenIsClosedAsItComes()
    {
        const int places = 20;
        await using var service = Service(("Http:MaxConnections", $"{places}"), ("Http:KeepAliveTimeout", "01:00:00")); // longer than anybody waits here
        var address = service.CreateClient().BaseAddress!;
        var request = $"{Head}Content-Length: {Click.Length}\r\n\r\n{Click}";
        var held = new List<Socket>();
        using var limit = new CancellationTokenSource(IngestorService.Patience);
        for (var i = 0; i < places; i++)
        {
            held.Add(await OpenAsync(address, request));
            Assert.NotEqual(0, await held[i].ReceiveAsync(new byte[4096], limit.Token));
        }

        using var oneMore = await OpenAsync(address, request);
        Assert.Equal("", await ReadToEndAsync(oneMore));
        held.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task ABodyThatTricklesIsGivenUp()
    {
        await using var service = Service(("Http:MinBytesPerSecond", "1000"), ("Http:DataRateGrace", "00:00:01.100"));
        using var socket = await OpenAsync(service.CreateClient().BaseAddress!, $"{Head}Content-Length: 1000000\r\n\r\n");
        var answered = ReadToEndAsync(socket);
        while (!answered.IsCompleted)
        {
            await TrySendAsync(socket, " ");
            await Task.WhenAny(answered, Task.Delay(20));
        }

        Assert.Contains("408", await answered, StringComparison.Ordinal);
        Assert.Empty(service.Broker.Records);
    }

    [Fact]
    public async Task ABodyThatComesJustFastEnoughMayNotTakeForEver()
    {
        await using var service = Service(("Ingestor:MaxConcurrentRequests", "1"));
        var client = service.CreateClient();
        using var socket = await OpenAsync(client.BaseAddress!, $"{Head}Content-Length: 1000000\r\n\r\n");
        var answered = ReadToEndAsync(socket);
        await TrySendAsync(socket, new string(' ', 1000)); // well above Http:MinBytesPerSecond
        await service.Time.UntilTimerAsync(TimeSpan.FromSeconds(30));
        service.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.StartsWith("HTTP/1.1 408", await answered, StringComparison.Ordinal);
        Assert.Contains("within 00:00:30 (Ingestor:BodyTimeout)", await answered, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Accepted, await PostUntilAnsweredAsync(client)); // its place is free
    }

    [Theory]
    [InlineData("GET /v1/{0} HTTP/1.1\r\nHost: x\r\n\r\n", 20_000, "414")]
    [InlineData("GET /v1/events HTTP/1.1\r\nHost: x\r\nX-Long: {0}\r\n\r\n", 20_000, "431")]
    [InlineData("DELETE /v1/users/u1 HTTP/1.1\r\nHost: x\r\nCookie: {0}\r\n\r\n", 20_000, "431")]
    [InlineData("BREW /v1/events HTTP/9.9\r\nHost: x\r\n\r\n{0}", 0, "505")]
    [InlineData("\r\n\r\n\0\0\0\0{0}\r\n\r\n", 0, "400")]
    public async Task ARequestBeyondWhatAnyMayBeIsRefused(string request, int fill, string status)
    {
        await using var service = Service();
        using var socket = await OpenAsync(service.CreateClient().BaseAddress!, "");
        await TrySendAsync(socket, string.Format(CultureInfo.InvariantCulture, request, new string('x', fill)));
        Assert.StartsWith($"HTTP/1.1 {status}", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreHeadersThanAnyRequestNeedsAreRefused()
    {
        await using var service = Service();
        var headers = string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n"));
        using var socket = await OpenAsync(service.CreateClient().BaseAddress!, $"{Head}{headers}\r\n");
        Assert.StartsWith("HTTP/1.1 431", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyWithoutALengthIsReadNoFurtherThanAllowed()
    {
        await using var service = Service();
        using var socket = await OpenAsync(service.CreateClient().BaseAddress!, $"{Head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        var answered = ReadToEndAsync(socket);
        var chunk = $"10000\r\n{new string(' ', 0x10000)}\r\n";
        var sent = 0;
        while (!answered.IsCompleted && await TrySendAsync(socket, chunk)) sent++;
        await answered; // 413, unless the connection is reset under what this test still sends
        Assert.Empty(service.Broker.Records);
        Assert.True(sent < 1_000, $"{sent} chunks of 64 KiB were taken"); // 16 are allowed; the rest are buffers on the way
    }

    [Fact]
    public async Task RequestsBeyondThoseThatMayBeReadAtOnceAreAnsweredWith503()
    {
        await using var service = new IngestorService(("Ingestor:MaxConcurrentRequests", "1"));
        var (sent, acknowledge) = service.Broker.Hold();
        var first = service.PostAsync(Click);
        await sent.Task.WaitAsync(IngestorService.Patience);
        using var second = await service.PostAsync(Click);
        await IngestorService.ProblemAsync(second, 503);
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter?.Delta);
        acknowledge.SetResult();
        Assert.Equal(HttpStatusCode.Accepted, (await first).StatusCode);
    }

    private static IngestorService Service(params (string Key, string Value)[] settings)
    {
        var service = new IngestorService(settings);
        service.UseKestrel(0);
        return service;
    }

    private static async Task<Socket> OpenAsync(Uri address, string beginning)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await TrySendAsync(socket, beginning);
        return socket;
    }

    private static async Task<bool> TrySendAsync(Socket socket, string text)
    {
        using var limit = new CancellationTokenSource(IngestorService.Patience);
        try
        {
            for (ReadOnlyMemory<byte> left = Encoding.ASCII.GetBytes(text); left.Length > 0;) left = left[await socket.SendAsync(left, limit.Token)..];
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false; // the service has closed it, or reads no more
        }
    }

    /// <summary>What the service says until it closes the connection; it must do so in time.</summary>
    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(IngestorService.Patience);
        var (text, buffer) = (new StringBuilder(), new byte[4096]);
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var read) text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // A reset ends it as well.
        }

        return text.ToString();
    }

    private static async Task<HttpStatusCode> PostUntilAnsweredAsync(HttpClient client)
    {
        using var limit = new CancellationTokenSource(IngestorService.Patience);
        while (true)
        {
            try
            {
                using var answer = await client.PostAsync("/v1/events", IngestorService.Json(Click.Replace("e1", "good", StringComparison.Ordinal)), limit.Token);
                return answer.StatusCode;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, limit.Token); // closed as it came: all places are taken
            }
        }
    }
}
