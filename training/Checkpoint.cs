using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Driftline.Catalog;
using Driftline.InterestModel;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>Where a training stands at the end of an epoch, beside its tensors.</summary>
/// <param name="Key">What is trained on what; see <see cref="Checkpoint.KeyOf"/>.</param>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Step">Steps done.</param>
/// <param name="SinceBest">Epochs since the best.</param>
/// <param name="Rate">Factor on the learning rate.</param>
/// <param name="BestScore">What the best epoch was chosen by.</param>
/// <param name="Best">Its validation figures.</param>
/// <param name="Seconds">Time spent.</param>
/// <param name="EndedBy">The limit on the time that ended the training, and may have cut the epoch short; null where it was not over.</param>
internal sealed record CheckpointState(
    string Key, int Epoch, int Step, int SinceBest, double Rate, double BestScore, RankingMetrics Best, double Seconds, double? EndedBy);

/// <summary>
/// The end of the last epoch of a training, in a folder beside the artifact, so that a training that was killed goes on from there. An epoch's
/// files are complete once its <c>state.json</c> is there; those of the epoch before are removed after that, but where time cut the epoch short.
/// </summary>
internal sealed class Checkpoint(string folder, string key)
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private const string StateFile = "state.json";
    private const string OptimiserFile = "optimiser.bin";

    /// <summary>Two trainings of one key take the same steps, as far as their time lets them.</summary>
    public static string KeyOf(TrainingConfig config, TrainingData data) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((config with { Training = config.Training with { MaxSeconds = 0 } }).ToJson() + data.DataHash + data.SplitHash + string.Join(' ', new[] { typeof(Checkpoint), typeof(InterestNetwork), typeof(TextEncoder), typeof(TextEncoders.KnownEncoders) }.Select(type => type.Module.ModuleVersionId)))))[..16];

    /// <summary>Writes an epoch's end.</summary>
    public void Save(CheckpointState state, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyDictionary<string, Tensor> best, IReadOnlyDictionary<string, Tensor> average, AdamW optimiser)
    {
        var at = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"epoch-{state.Epoch}"));
        Directory.CreateDirectory(at);
        SafeTensors.Write(Path.Combine(at, "weights.safetensors"), weights);
        SafeTensors.Write(Path.Combine(at, "best.safetensors"), best);
        SafeTensors.Write(Path.Combine(at, "average.safetensors"), average);
        optimiser.save_state_dict(Path.Combine(at, OptimiserFile));
        var file = Path.Combine(at, StateFile);
        File.WriteAllText(file + ".tmp", JsonSerializer.Serialize(state with { Key = key }, Json));
        File.Move(file + ".tmp", file, overwrite: true);
        if (state.EndedBy is not null) return;
        foreach (var other in Epochs(folder))
        {
            if (other != at) Directory.Delete(other, recursive: true);
        }
    }

    /// <summary>Fills in the newest epoch of this training, if there is one; with more time than ended one, the epoch before it.</summary>
    /// <returns>Where it stood; null where it begins.</returns>
    public CheckpointState? Load(double maxSeconds, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyDictionary<string, Tensor> best, IReadOnlyDictionary<string, Tensor> average, AdamW optimiser)
    {
        if (!Directory.Exists(folder)) return null;
        var newest = Epochs(folder).Where(at => File.Exists(Path.Combine(at, StateFile)))
            .Select(at => (At: at, State: JsonSerializer.Deserialize<CheckpointState>(File.ReadAllText(Path.Combine(at, StateFile)), Json)!))
            .Where(found => found.State.Key == key && !(found.State.EndedBy < maxSeconds)).OrderByDescending(found => found.State.Epoch).FirstOrDefault();
        if (newest.At is null) return null;
        SafeTensors.ReadInto(Path.Combine(newest.At, "weights.safetensors"), weights);
        SafeTensors.ReadInto(Path.Combine(newest.At, "best.safetensors"), best);
        SafeTensors.ReadInto(Path.Combine(newest.At, "average.safetensors"), average);
        optimiser.load_state_dict(Path.Combine(newest.At, OptimiserFile));
        return newest.State;
    }

    /// <summary>Removes what was saved: the training is over, and its model saved.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var epoch in Epochs(folder)) Directory.Delete(epoch, recursive: true);
        if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>The folders that a training wrote; what else lies there is somebody's.</summary>
    private static IEnumerable<string> Epochs(string folder) =>
        Directory.GetDirectories(folder, "epoch-*").Where(at => int.TryParse(Path.GetFileName(at)["epoch-".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out _));
}
