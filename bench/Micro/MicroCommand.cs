using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Driftline.Local;

namespace Driftline.Bench.Micro;

/// <summary><c>micro</c>: the parts of the hot paths, one by one, each beside its floor.</summary>
internal static class MicroCommand
{
    public static Command Create()
    {
        var filter = new Option<string[]>("--filter") { Description = "Globs of benchmarks, e.g. *Avro*.", DefaultValueFactory = _ => ["*"], AllowMultipleArgumentsPerToken = true };
        var command = new Command("micro", "The parts of the hot paths one by one (BenchmarkDotNet), each beside the least time that it could take.") { filter };
        command.SetAction(parsed => Run(parsed.GetValue(filter)!));
        return command;
    }

    private static int Run(string[] filters)
    {
        var floors = new Dictionary<BenchmarkCase, double?>();
        var config = ManualConfig.CreateEmpty()
            .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)) // no build of its own: the services' programs stand beside this one
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddColumn(new FloorColumn(isRatio: false, floors), new FloorColumn(isRatio: true, floors))
            .HideColumns("Error", "StdDev", "Median", "Gen0", "Gen1", "Gen2")
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .WithArtifactsPath(Path.Combine(Repository.Root, "artifacts", "micro"));
        var summaries = BenchmarkSwitcher.FromTypes([
            typeof(AvroBenchmarks), typeof(IngestBenchmarks), typeof(SequenceBenchmarks), typeof(FeaturiserBenchmarks), typeof(ForwardBenchmarks), typeof(RetrievalBenchmarks), typeof(AnswerBenchmarks),
        ]).Run(["--filter", .. filters], config).ToList();
        return summaries.Count > 0 && summaries.TrueForAll(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
