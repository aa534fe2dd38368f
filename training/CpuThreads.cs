using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>How many CPU threads Torch computes with, in the whole process.</summary>
internal static class CpuThreads
{
    private static readonly int s_torchsChoice = get_num_threads();

    /// <summary>
    /// Sets those of a training. Gated units go through windows event by event, and at each event all threads wait for the last: on two cores two of
    /// them were seen to take 1.7 to 2.3 times as long as one. The other encoders compute with all events at once.
    /// </summary>
    public static void Set(TrainingConfig config) => set_num_threads(
        config.Training.Threads > 0 ? config.Training.Threads : config.Model.Encoder is "gru" or "lstm" or "bigru" ? 1 : s_torchsChoice);
}
