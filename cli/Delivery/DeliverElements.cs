using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Driftline.Client;

namespace Driftline.Cli.Delivery;

/// <summary>Sends elements in batches, one request at a time and in order, and keeps what was not taken with its place in the input.</summary>
/// <param name="send">Sends a JSON array, which is made anew for each attempt, and answers an outcome for each of its elements.</param>
/// <param name="rate">Elements a second; 0 is as fast as they are taken.</param>
/// <param name="withSentAt">Whether each is given the time at which it is sent, by which the ingestor corrects this machine's clock.</param>
internal sealed class DeliverElements(Func<Func<ReadOnlyMemory<byte>>, CancellationToken, Task<IReadOnlyList<Outcome>>> send, double rate = 0, bool withSentAt = false)
{
    private const int RequestsPerSecond = 40;
    private const int MostShown = 20;

    /// <summary>How long the first of a batch waits for more: an input that goes on, such as a log that is followed, is sent as it comes.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(250);

    /// <summary>What is made up for after a slow answer; after a longer pause of the input, the rate holds anew.</summary>
    private static readonly TimeSpan MostBehind = TimeSpan.FromMilliseconds(250);

    private readonly JsonBatch _batch = new(MostOf(rate), addedBytes: withSentAt ? JsonBatch.SentAtBytes : 0);
    private readonly List<string> _places = [];
    private readonly List<Refusal> _refusals = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private Task? _lingered; // since the batch's first
    private TimeSpan _due; // when the next request may go, since the start
    private long _read, _accepted, _duplicates, _notStored, _rejected, _unreadable;

    public static DeliverElements Events(IngestorClient ingestor, double rate = 0, bool withSentAt = false) =>
        new(async (json, stopping) => [.. (await ingestor.SendJsonAsync(json, stopping)).Select(Outcome.Of)], rate, withSentAt);

    /// <summary>Events that a stage has refused, the ingestor's own refusals among them.</summary>
    public static DeliverElements Refused(IngestorClient ingestor) => new(async (json, stopping) => [.. (await ingestor.ReplayJsonAsync(json, stopping)).Select(Outcome.Of)]);

    public static DeliverElements Items(IngestorClient ingestor) =>
        new(async (json, stopping) => [.. (await ingestor.PutItemsJsonAsync(json(), stopping)).Select(Outcome.Of)]);

    public async Task<Delivered> RunAsync(IEnumerable<Element> elements, IProgress<long> progress, CancellationToken stopping)
    {
        var input = Channel.CreateBounded<Element>(MostOf(rate)); // no more than a batch ahead, for a replayed event happens when it is read
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _ = ReadAsync(elements, input.Writer, over.Token);
        try
        {
            while (true)
            {
                while (input.Reader.TryRead(out var element)) await AddAsync(element, progress, stopping);
                var more = input.Reader.WaitToReadAsync(stopping).AsTask();
                if (_batch.Count > 0 && (await Task.WhenAny(_lingered ??= Task.Delay(Linger, stopping), more) != more || more.IsFaulted)) await SendAsync(progress, stopping); // what came before an input that breaks off too
                if (!await more) break;
            }

            if (_batch.Count > 0) await SendAsync(progress, stopping);
        }
        finally
        {
            await over.CancelAsync();
        }

        return Delivered();
    }

    private Delivered Delivered() => new(_read, _accepted, _duplicates, _notStored, _rejected, _unreadable, _refusals);

    /// <summary>Delivers and tells how it went; where it is broken off, how far it came.</summary>
    /// <param name="total">How many there are; null where it is not known.</param>
    /// <param name="what">They are.</param>
    /// <returns>The exit code: 1 if anything was not taken.</returns>
    public async Task<int> RunAsync(ParseResult parsed, IEnumerable<Element> elements, long? total, string what, CancellationToken stopping)
    {
        try
        {
            return Tell(parsed, await ShownProgress.RunAsync(what, total, progress => RunAsync(elements, progress, stopping)), what);
        }
        catch when (_read > 0)
        {
            Tell(parsed, Delivered(), what);
            if (_places.Count > 0) Console.Error.WriteLine($"Broken off: {what} from {_places[0]} on were not answered for. Send them again{(what == "events" ? ", with the eventId that each has: what was taken counts once" : "")}.");
            throw;
        }
    }

    private static int Tell(ParseResult parsed, Delivered delivered, string what)
    {
        if (parsed.GetValue(Shown.Json))
        {
            Shown.Line(delivered, CliJson.Default.Delivered);
        }
        else
        {
            foreach (var refusal in delivered.Refusals.Take(MostShown)) Console.Error.WriteLine($"{refusal.Where}: {(refusal.Field is null ? "" : refusal.Field + " ")}{refusal.Reason}");
            if (delivered.Refusals.Count > MostShown) Console.Error.WriteLine($"... and {delivered.Refusals.Count - MostShown:N0} more; --json lists all");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{delivered.Read:N0} {what}: {delivered.Accepted:N0} accepted, {delivered.Duplicates:N0} known already, {(delivered.NotStored > 0 ? $"{delivered.NotStored:N0} not stored for want of consent, " : "")}{delivered.Rejected:N0} rejected, {delivered.Unreadable:N0} unreadable"));
        }

        return delivered.Refusals.Count > 0 ? 1 : 0;
    }

    private static int MostOf(double rate) => rate > 0 ? Math.Clamp((int)Math.Ceiling(rate / RequestsPerSecond), 1, JsonBatch.MostEvents) : JsonBatch.MostEvents;

    // On a thread of its own, for an input may keep it waiting. What goes wrong reaches the reader of the channel.
    private static Task ReadAsync(IEnumerable<Element> elements, ChannelWriter<Element> writer, CancellationToken over) => Task.Run(
        async () =>
        {
            try
            {
                foreach (var element in elements) await writer.WriteAsync(element, over);
                writer.Complete();
            }
            catch (Exception e)
            {
                writer.Complete(e);
            }
        },
        CancellationToken.None);

    private async Task AddAsync(Element element, IProgress<long> progress, CancellationToken stopping)
    {
        _read++;
        if (element.Json is not { } json)
        {
            Unreadable(new Refusal(element.Where, element.Field, element.Fault!));
            return;
        }

        if (!_batch.CouldHold(json))
        {
            Unreadable(new Refusal(element.Where, null, $"is {json.Length} bytes long: one request takes {JsonBatch.MostBytes}"));
            return;
        }

        if (!_batch.TryAdd(json))
        {
            await SendAsync(progress, stopping);
            _batch.TryAdd(json);
        }

        _places.Add(element.Where);
    }

    private void Unreadable(Refusal refusal)
    {
        _unreadable++;
        _refusals.Add(refusal);
    }

    private async Task SendAsync(IProgress<long> progress, CancellationToken stopping)
    {
        if (rate > 0)
        {
            var now = Stopwatch.GetElapsedTime(_started);
            if (_due > now) await Task.Delay(_due - now, stopping);
            _due = TimeSpan.FromTicks(Math.Max(_due.Ticks, (now - MostBehind).Ticks)) + TimeSpan.FromSeconds(_batch.Count / rate);
        }

        var outcomes = await send(() => _batch.ToJson(withSentAt ? JsonBatch.SentAt(DateTimeOffset.UtcNow) : []), stopping);
        if (outcomes.Count != _batch.Count) throw new CommandException($"The ingestor answered {outcomes.Count} results for {_batch.Count} elements. Is the address an ingestor's, of this version?");
        for (var i = 0; i < outcomes.Count; i++) Settle(outcomes[i], _places[i], i);
        _batch.Clear();
        _lingered = null;
        _places.Clear();
        progress.Report(_read);
    }

    private void Settle(Outcome outcome, string where, int index)
    {
        switch (outcome.Status)
        {
            case ResultStatus.Accepted: _accepted++; break;
            case ResultStatus.Duplicate: _duplicates++; break;
            case ResultStatus.NotStored: _notStored++; break;
            default:
                _rejected++;
                var prefix = string.Create(CultureInfo.InvariantCulture, $"/{index}/");
                var field = outcome.Pointer?.StartsWith(prefix, StringComparison.Ordinal) == true ? outcome.Pointer[prefix.Length..] : null;
                _refusals.Add(new Refusal(where, field, outcome.Reason ?? "", outcome.Id));
                break;
        }
    }
}
