using System.Net;
using Xunit;

namespace Driftline.Client.Tests;

public sealed class EventSenderTests
{
    private readonly FakeService _service = new();
    private readonly List<FailedEvent> _failed = [];

    [Fact]
    public async Task DisposingDeliversEverythingInOrderAndInBatches()
    {
        var ids = Enumerable.Range(0, 2_500).Select(i => $"e{i}").ToList();
        var sender = Sender(new EventSenderOptions { Linger = TimeSpan.FromMinutes(5) });
        foreach (var id in ids) await sender.SendAsync(Click(id));

        await sender.DisposeAsync();

        Assert.Equal(ids, _service.EventIds);
        Assert.All(_service.Requests, request => Assert.InRange(request.Elements.Count, 1, 1_000));
        Assert.Equal(new SenderCounts(2_500, 0, 0), sender.Counts);
    }

    [Fact]
    public async Task ARequestStaysWithinItsBytes()
    {
        await using (var sender = Sender(new EventSenderOptions { MaxBatchBytes = 1_000, Linger = TimeSpan.FromMinutes(5) }))
        {
            for (var i = 0; i < 20; i++) await sender.SendAsync(Click($"e{i}"));
        }

        Assert.Equal(20, _service.EventIds.Count());
        Assert.InRange(_service.Requests.Count, 2, 10);
        Assert.All(_service.Requests, request => Assert.InRange(request.Body.Length, 2, 1_000));
    }

    [Fact]
    public async Task AnEventThatFitsNoRequestIsRefusedAtOnce()
    {
        await using var sender = Sender(new EventSenderOptions { MaxBatchBytes = 300 });

        var error = await Assert.ThrowsAsync<ArgumentException>(async () => await sender.SendAsync(Click("e1") with { ReviewText = new string('x', 300) }));

        Assert.Contains("e1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOptionThatCannotBeIsRefusedAndNamed()
    {
        foreach (var (name, options) in new (string, EventSenderOptions)[]
        {
            ("Capacity", new() { Capacity = 0 }),
            ("MaxBatchEvents", new() { MaxBatchEvents = 0 }),
            ("MaxBatchBytes", new() { MaxBatchBytes = 1 }),
            ("Linger", new() { Linger = TimeSpan.FromMilliseconds(-2) }),
            ("Linger", new() { Linger = TimeSpan.MaxValue }),
            ("DisposeTimeout", new() { DisposeTimeout = TimeSpan.FromSeconds(-1) }),
        })
            Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => Sender(options)).ParamName);
    }

    [Fact]
    public async Task ARetryKeepsTheEventIdsAndSaysWhenItWasSent()
    {
        _service.Answer = (request, number) => Task.FromResult(number == 1 ? new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) : FakeService.Accepted(request));
        await using (var sender = Sender(new EventSenderOptions()))
        {
            await sender.SendAsync(Click("e1"));
            await sender.FlushAsync();
            Assert.Equal(new SenderCounts(1, 0, 0), sender.Counts);
        }

        Assert.Equal(["e1", "e1"], _service.EventIds);
        var sent = _service.Requests.Select(request => request.Elements[0]).ToList();
        Assert.Equal(sent[0].GetProperty("eventTime").GetString(), sent[1].GetProperty("eventTime").GetString());
        Assert.All(sent, one => Assert.True(one.GetProperty("sentAt").GetDateTimeOffset() >= one.GetProperty("eventTime").GetDateTimeOffset().AddMilliseconds(-1)));
    }

    [Fact]
    public async Task RejectedEventsAreToldWithTheirFieldAndNotSentAgain()
    {
        _service.Answer = (_, _) => Task.FromResult(FakeService.Json(HttpStatusCode.Accepted, """
            {"results":[{"eventId":"e1","status":"accepted"},{"eventId":"e2","status":"rejected","pointer":"/1/rating","reason":"is out of range"},{"eventId":"e3","status":"duplicate"}]}
            """));
        var sender = Sender(new EventSenderOptions { Linger = TimeSpan.FromMinutes(5) });
        foreach (var id in (string[])["e1", "e2", "e3"]) await sender.SendAsync(Click(id));

        await sender.DisposeAsync();

        var failed = Assert.Single(_failed);
        Assert.Equal(("e2", true, "/rating", "is out of range"), (failed.Event.EventId, failed.Rejected, failed.Pointer, failed.Reason));
        Assert.Equal(new SenderCounts(2, 1, 0), sender.Counts);
        Assert.Single(_service.Requests);
    }

    [Fact]
    public async Task SendingWaitsWhileTheBufferIsFull()
    {
        var (asked, opened) = (new TaskCompletionSource(), new TaskCompletionSource());
        _service.Answer = async (request, _) =>
        {
            asked.TrySetResult();
            await opened.Task;
            return FakeService.Accepted(request);
        };
        await using var sender = Sender(new EventSenderOptions { Capacity = 2, Linger = TimeSpan.Zero });
        await sender.SendAsync(Click("e1"));
        await asked.Task; // e1 is under way, the buffer is empty
        await sender.SendAsync(Click("e2"));
        await sender.SendAsync(Click("e3"));

        var fourth = sender.SendAsync(Click("e4")).AsTask();

        Assert.False(fourth.IsCompleted);
        opened.SetResult();
        await fourth;
        await sender.FlushAsync();
        Assert.Equal(["e1", "e2", "e3", "e4"], _service.EventIds);
    }

    [Fact]
    public async Task DisposingEndsInTimeAndTellsWhatIsLeft()
    {
        _service.Answer = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable));
        var sender = Sender(new EventSenderOptions { MaxBatchEvents = 1, DisposeTimeout = TimeSpan.FromMilliseconds(100) }, new RetryOptions { FirstWait = TimeSpan.FromMinutes(1) });
        foreach (var id in (string[])["e1", "e2", "e3"]) await sender.SendAsync(Click(id));

        await sender.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(["e1", "e2", "e3"], _failed.Select(failed => failed.Event.EventId));
        Assert.All(_failed, failed => Assert.False(failed.Rejected));
        Assert.Equal(new SenderCounts(0, 0, 3), sender.Counts);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await sender.SendAsync(Click("e4")));
    }

    [Fact]
    public async Task ARequestThatIsRefusedAsAWholeCostsItsEventsOnly()
    {
        _service.Answer = (request, number) => Task.FromResult(number == 1 ? new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge) : FakeService.Accepted(request));
        await using var sender = Sender(new EventSenderOptions());
        await sender.SendAsync(Click("e1"));
        await sender.FlushAsync();
        await sender.SendAsync(Click("e2"));
        await sender.FlushAsync();

        Assert.Equal("e1", Assert.Single(_failed).Event.EventId);
        Assert.Equal(new SenderCounts(1, 0, 1), sender.Counts);
    }

    [Fact]
    public async Task AFailureHandlerThatThrowsKeepsNoEventFromItsDelivery()
    {
        _service.Answer = (request, number) => Task.FromResult(number == 1 ? new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge) : FakeService.Accepted(request));
        await using var sender = new EventSender(
            new IngestorClient(_service.Client, FakeService.Quick),
            new EventSenderOptions { MaxBatchEvents = 2, OnFailure = one => { _failed.Add(one); throw new FormatException("the shop's own"); }, Linger = TimeSpan.FromMinutes(5) });
        foreach (var id in (string[])["e1", "e2", "e3"]) await sender.SendAsync(Click(id));

        await sender.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["e1", "e2"], _failed.Select(one => one.Event.EventId));
        Assert.Equal(new SenderCounts(1, 0, 2), sender.Counts);
    }

    [Fact]
    public async Task WhatTheShopsOwnHttpClientThrowsFailsItsBatchAndNotTheSender()
    {
        _service.Answer = (request, number) => number == 1 ? throw new InvalidOperationException("the circuit is open") : Task.FromResult(FakeService.Accepted(request));
        await using var sender = Sender(new EventSenderOptions());
        foreach (var id in (string[])["e1", "e2"])
        {
            await sender.SendAsync(Click(id));
            await sender.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }

        Assert.Equal(("e1", "the circuit is open"), (Assert.Single(_failed).Event.EventId, _failed[0].Reason));
        Assert.Equal(new SenderCounts(1, 0, 1), sender.Counts);
    }

    private static StorefrontEvent Click(string id) => new() { EventId = id, EventType = EventTypes.Click, UserId = "u1", Items = [new EventItem("i1")] };

    private EventSender Sender(EventSenderOptions options, RetryOptions? retry = null) =>
        new(new IngestorClient(_service.Client, retry ?? FakeService.Quick), options with { OnFailure = _failed.Add });
}
