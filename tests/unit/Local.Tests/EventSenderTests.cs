using System.Net;
using System.Text;
using Driftline.Storefront;
using Xunit;

namespace Driftline.Local.Tests;

public sealed class EventSenderTests
{
    [Fact]
    public async Task AnIngestorThatDoesNotAnswerInTimeIsAskedAgainWithTheSameEvents()
    {
        using var ingestor = new SlowOnce();
        using var http = new HttpClient(ingestor) { BaseAddress = new Uri("http://ingestor.test/") };
        var sender = new EventSender(http, new Ledger(10));
        var now = DateTimeOffset.UtcNow;

        await sender.SendAsync([new ReplayEvent("e", now.ToUnixTimeMilliseconds(), new ImportEvent("u", "i", now, "click"))], 0, new Progress<int>(), CancellationToken.None);

        Assert.Equal((1, 1, 0), (sender.Sent, sender.Accepted, sender.Rejected));
        Assert.Equal(2, ingestor.Bodies.Count);
        Assert.Single(ingestor.Bodies.Distinct());
    }

    private sealed class SlowOnce : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return Bodies.Count == 1
                ? throw new TaskCanceledException("as HttpClient says that its own timeout is over")
                : new HttpResponseMessage(HttpStatusCode.Accepted) { Content = new StringContent("""{"results":[{"eventId":"e","status":"accepted"}]}""", Encoding.UTF8, "application/json") };
        }
    }
}
