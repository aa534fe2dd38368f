using Driftline.InterestModel.Tests;
using Driftline.Training;
using Xunit;

// Torch's random generator and thread count belong to the process.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
[assembly: AssemblyFixture(typeof(TrainedModel))]

namespace Driftline.InterestModel.Tests;

/// <summary>A model trained once on the synthetic store, in a temporary folder.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("driftline-model-");

    public TrainedModel()
    {
        // The last step's weights: the average has tests of its own.
        var config = SyntheticStore.Config with { Training = SyntheticStore.Config.Training with { AverageEpochs = 0 } };
        using var model = new Trainer(config, SyntheticStore.Data(), TimeProvider.System).Train(_ => { });
        model.Save(Folder);
        Metrics = model.Manifest.Metrics;
    }

    public string Folder => Path.Combine(_root.FullName, "model");

    public IReadOnlyDictionary<string, double> Metrics { get; }

    /// <summary>A copy that a test may spoil.</summary>
    public string Copy()
    {
        var copy = Path.Combine(_root.FullName, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.EnumerateFiles(Folder)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }

    public InterestPredictor Load() => InterestPredictor.Load(Folder, "cpu", threads: 1);

    public void Dispose() => _root.Delete(recursive: true);
}
