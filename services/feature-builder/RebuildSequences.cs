using Driftline.Schemas;
using Driftline.Streaming;

namespace Driftline.FeatureBuilder;

/// <summary>
/// The command <c>--rebuild</c>: makes what Redis lost again from the topics, while the stage itself goes on. Erasures first, so that no event
/// brings an erased user back; then the events. Appending is free of order and repetition, so what comes in meanwhile may come before or after.
/// </summary>
public sealed class RebuildSequences(TopicReplay replay, EraseUser eraseUser, BuildSequence buildSequence, ILogger<RebuildSequences> log)
{
    /// <summary>Returns once every sequence holds what the topic does. Done again, it changes nothing.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var erasures = await replay.RunAsync(Topics.PrivacyErasures.Name, eraseUser, stopping);
        var events = await replay.RunAsync(Topics.StorefrontEvents.Name, buildSequence, stopping);
        Log.Rebuilt(log, events, erasures);
    }
}
