using System.CommandLine;
using System.Globalization;
using Driftline.Client;

namespace Driftline.Cli;

/// <summary><c>driftline erase</c>.</summary>
internal static class EraseCommand
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "User id." };
        var limit = new Option<double>("--within") { Description = "Seconds that the stages are waited for; 0 does not wait.", DefaultValueFactory = _ => 60, CustomParser = Bounds.Between(0, 86_400) };
        var erase = new Command("erase", "Erase what is known of a user, and wait until every stage has.") { user, limit, Connections.Ingestor, Connections.Recommender };
        erase.SetAction((parsed, stopping) => Connections.WithIngestorAsync(parsed, async ingestor =>
        {
            var accepted = await ingestor.EraseUserAsync(parsed.GetRequiredValue(user), stopping);
            var within = TimeSpan.FromSeconds(parsed.GetValue(limit));
            try
            {
                return await Connections.WithRecommenderAsync(parsed, async recommender => Tell(parsed, await FollowAsync(recommender, accepted, within, stopping), waited: within > TimeSpan.Zero));
            }
            catch (Exception e) when (e is DriftlineException or CommandException)
            {
                Console.Error.WriteLine($"Asked for: {accepted.ErasureId}. The recommender, which tells how far it is, could not be asked; the erasure goes on.");
                throw;
            }
        }));
        return erase;
    }

    /// <returns>The erasure as it is when it is completed, or the time is over.</returns>
    private static Task<Erasure> FollowAsync(RecommenderClient recommender, ErasureAccepted accepted, TimeSpan limit, CancellationToken stopping) => ShownProgress.RunAsync("stages", null, async progress =>
    {
        var erasure = new Erasure(accepted.ErasureId, accepted.RequestedAt, false, []);
        for (var deadline = DateTimeOffset.UtcNow + limit; !erasure.Completed && DateTimeOffset.UtcNow < deadline; await Task.Delay(AskEvery, stopping))
        {
            erasure = await recommender.ErasureAsync(accepted.ErasureId, stopping) ?? erasure;
            progress.Report(erasure.Stages.Count(stage => stage.CompletedAt is not null));
        }

        return erasure;
    });

    private static int Tell(ParseResult parsed, Erasure erasure, bool waited)
    {
        if (parsed.GetValue(Shown.Json))
        {
            Shown.Line(erasure, CliJson.Default.Erasure);
        }
        else
        {
            Shown.Table(["stage", "erased"], erasure.Stages.Select(stage => (IReadOnlyList<string?>)[stage.Stage, stage.CompletedAt?.ToString("u", CultureInfo.InvariantCulture) ?? "not yet"]));
            Console.WriteLine(erasure.Completed ? $"Erased: {erasure.ErasureId}." : $"Asked for: {erasure.ErasureId}. Not every stage has erased yet; GET /v1/erasures/{erasure.ErasureId} of the recommender tells.");
        }

        return erasure.Completed || !waited ? 0 : 1;
    }
}
