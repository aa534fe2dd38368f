using Driftline.InterestModel;
using static TorchSharp.torch;

namespace Driftline.Training;

/// <summary>How many CPU threads Torch computes with, in the whole process.</summary>
internal static class CpuThreads
{
    private static readonly int s_torchsChoice = get_num_threads();

    /// <summary>
    /// Sets those of a training. Where an encoder goes by event, all threads wait for the last at each: on two cores two of them were seen to take
    /// 1.7 to 2.3 times as long as one.
    /// </summary>
    public static void Set(TrainingConfig config) => set_num_threads(
        config.Training.Threads > 0 ? config.Training.Threads : SequenceEncoder.GoesByEvent(config.Model.Encoder) ? 1 : s_torchsChoice);
}
