using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Driftline.Hosting.Tests;

/// <summary>What a collector reads from a service's standard output.</summary>
public sealed partial class LogTests
{
    [Fact]
    public void AsJsonALineHasItsEventItsLevelItsFieldsAndItsTrace()
    {
        using var span = new Activity("process").Start();

        var lines = Written(["--Logging:Console:FormatterName=json"], log => Rejected(log, "t", 7));

        var line = JsonDocument.Parse(Assert.Single(lines)).RootElement;
        Assert.Equal("Warning", line.GetProperty("LogLevel").GetString());
        Assert.Equal("t", line.GetProperty("State").GetProperty("Topic").GetString());
        Assert.Equal(7, line.GetProperty("State").GetProperty("Offset").GetInt32());
        Assert.Contains(line.GetProperty("Scopes").EnumerateArray(), scope =>
            scope.TryGetProperty("TraceId", out var trace) && trace.GetString() == span.TraceId.ToHexString()
            && scope.GetProperty("SpanId").GetString() == span.SpanId.ToHexString());
        Assert.EndsWith("Z", line.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASampledEventIsThinnedAndEveryOtherIsKept()
    {
        string[] rule = ["--Logging:RandomProbabilisticSampler:Rules:0:EventId=7", "--Logging:RandomProbabilisticSampler:Rules:0:Probability=0"];

        var lines = Written(rule, log =>
        {
            for (var i = 0; i < 100; i++) Rejected(log, "t", i);
            Refused(log);
        });

        Assert.Contains("refused", Assert.Single(lines), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutARuleEveryLineIsKept() =>
        Assert.Equal(100, Written([], log =>
        {
            for (var i = 0; i < 100; i++) Rejected(log, "t", i);
        }).Count);

    [LoggerMessage(EventId = 7, EventName = "test.record.rejected", Level = LogLevel.Warning, Message = "{Topic}@{Offset} rejected")]
    private static partial void Rejected(ILogger log, string topic, int offset);

    [LoggerMessage(EventName = "test.model.refused", Level = LogLevel.Error, Message = "refused")]
    private static partial void Refused(ILogger log);

    private static List<string> Written(string[] args, Action<ILogger> write)
    {
        var console = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            // Disposing the container waits until the console's queue is written.
            using var services = (ServiceProvider)ServiceDefaults.CreateService(args, "test").Services.BuildServiceProvider();
            write(services.GetRequiredService<ILoggerFactory>().CreateLogger("Driftline.Test"));
        }
        finally
        {
            Console.SetOut(console);
        }

        return [.. written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
