using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Driftline.Client;

namespace Driftline.Cli;

/// <summary><c>driftline interests</c>.</summary>
internal static class InterestsCommand
{
    private const int BarWidth = 20;

    public static Command Create()
    {
        var user = new Argument<string>("user") { Description = "User id." };
        var history = new Option<int?>("--history") { Description = "Earlier states wanted, newest first; with --json." };
        var follow = new Option<bool>("--follow") { Description = "Go on with each change, until Ctrl-C." };
        var interests = new Command("interests", "A user's interest over the categories, now and next.") { user, history, follow, Connections.Recommender };
        interests.SetAction((parsed, stopping) => Connections.WithRecommenderAsync(parsed, async recommender =>
        {
            var id = parsed.GetRequiredValue(user);
            if (parsed.GetValue(follow))
            {
                while (true)
                {
                    try
                    {
                        await foreach (var state in recommender.FollowInterestsAsync(id, stopping)) Show(parsed, state);
                    }
                    catch (IOException e) when (e is HttpIOException || e.InnerException is SocketException) { } // broken off, or reset; a closed output is neither

                    Shown.Note("the stream ended, as it does where the recommender restarts: opening it again");
                    await Task.Delay(TimeSpan.FromSeconds(1), stopping);
                }
            }

            if (await recommender.InterestsAsync(id, parsed.GetValue(history), stopping) is not { } answer)
            {
                Shown.Note($"nothing is known of {id} yet: interests appear moments after the first click, cart, purchase or review. Send one: driftline events send FILE");
                return 1;
            }

            Show(parsed, answer);
            return 0;
        }));
        return interests;
    }

    private static void Show(ParseResult parsed, UserInterests state)
    {
        if (parsed.GetValue(Shown.Json))
        {
            Shown.Line(state, CliJson.Default.UserInterests);
            return;
        }

        if (!state.Known)
        {
            Console.WriteLine($"Nothing is known of {state.UserId} yet.");
            return;
        }

        var most = state.Interests.Select(one => one.Next).DefaultIfEmpty(1).Max();
        Shown.Table(["category", "now", "next", ""], state.Interests.Take(15).Select(one => (IReadOnlyList<string?>)
            [one.Category, Percent(one.Current), Percent(one.Next), new string('█', (int)Math.Round(BarWidth * one.Next / most))]));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Drift {state.Drift:0.00}{(state.DriftKind is null ? "" : $" ({state.DriftKind})")}, {state.SequenceLength} events, as of {state.AsOf:u}, model {state.ModelVersion}."));
        if (state.Rising.Count > 0) Console.WriteLine($"Rising: {string.Join(", ", state.Rising.Take(3).Select(Shift))}. Falling: {string.Join(", ", state.Falling.Take(3).Select(Shift))}.");
    }

    private static string Shift(InterestShift shift) => $"{shift.Category} {Percent(shift.Delta, "+0.0;-0.0")}";

    private static string Percent(float share, string format = "0.0") => (100 * share).ToString(format, CultureInfo.InvariantCulture) + " %";
}
