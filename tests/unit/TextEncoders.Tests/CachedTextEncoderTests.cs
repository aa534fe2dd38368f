using Driftline.Catalog;
using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class CachedTextEncoderTests : IDisposable
{
    private const int Dimensions = 16, RecordBytes = 8 + 4 * Dimensions;

    private static readonly string[] Texts = [.. Enumerable.Range(0, 1300).Select(i => $"item {i} of many {new string('x', i % 40)}")];

    private readonly TempFolder _cache = new();
    private readonly float[] _expected = new HashedNgramEncoder(Dimensions).Encode(Texts);

    public void Dispose() => _cache.Dispose();

    private string File => _cache[$"vectors/hashed-ngrams-{Dimensions}/vectors.bin"];

    [Fact]
    public void ATextIsEncodedOnce()
    {
        using var first = Encoder();
        var done = new List<int>();
        Assert.Equal(_expected, first.Encode([.. Texts, Texts[0]], done.Add)[.._expected.Length]);
        Assert.Equal((1300, 1), (first.Encoded, first.Found));
        Assert.Equal(done.Order(), done);
        Assert.Equal(1301, done[^1]);

        using var second = Encoder();
        Assert.Equal(_expected, second.Encode(Texts));
        Assert.Equal((0, 1300), (second.Encoded, second.Found));
        Assert.Equal(1300 * RecordBytes, new FileInfo(File).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(RecordBytes - 1)]
    public void WhatAKilledWriterLeftIsCutOffAndEncodedAgain(int left)
    {
        using (var killed = Encoder()) killed.Encode(Texts);
        using (var file = System.IO.File.OpenWrite(File)) file.SetLength(700 * RecordBytes + left);

        using var next = Encoder();
        Assert.Equal(_expected, next.Encode(Texts));
        Assert.Equal((600, 700), (next.Encoded, next.Found));
        Assert.Equal(1300 * RecordBytes, new FileInfo(File).Length);
        using var last = Encoder();
        Assert.Equal(_expected, last.Encode(Texts));
        Assert.Equal(0, last.Encoded);
    }

    [Fact]
    public void AnEncodingThatIsStoppedGoesOnWhereItWas()
    {
        using (var stopped = Encoder())
            Assert.Throws<OperationCanceledException>(() => stopped.Encode(Texts, done => { if (done > 600) throw new OperationCanceledException(); }));
        using var next = Encoder();
        Assert.Equal(_expected, next.Encode(Texts));
        Assert.Equal((788, 512), (next.Encoded, next.Found)); // texts are written 512 at a time
    }

    [Fact]
    public void WritersTakeTurns()
    {
        Parallel.For(0, 8, worker =>
        {
            using var encoder = Encoder();
            for (var i = 0; i < 20; i++) encoder.Encode([Texts[worker * 20 + i]]);
        });
        using var reader = Encoder();
        Assert.Equal(_expected[..(160 * Dimensions)], reader.Encode(Texts[..160]));
        Assert.Equal(0, reader.Encoded);
    }

    [Fact]
    public void ACacheThatCannotBeWrittenCostsNoEncoding()
    {
        Directory.CreateDirectory(File); // where the file should be

        using var encoder = Encoder();

        Assert.Equal(_expected, encoder.Encode(Texts));
    }

    [Fact]
    public void ADiskThatRunsFullCostsNoEncodingAndIsUsedAgainOnceThereIsRoom()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) Assert.Skip("a small disk can be mounted by root only, on Linux");
        Run("mount", "-t", "tmpfs", "-o", "size=80k", "driftline", _cache.Path); // a write of 512 texts and half of the next
        try
        {
            using (var full = Encoder()) Assert.Equal(_expected, full.Encode(Texts));
            Run("mount", "-o", "remount,size=1m", _cache.Path);

            using var roomy = Encoder();
            Assert.Equal(_expected, roomy.Encode(Texts));
            Assert.InRange(roomy.Found, 1, Texts.Length - 1);
            using var last = Encoder();
            Assert.Equal(_expected, last.Encode(Texts));
            Assert.Equal(0, last.Encoded);
        }
        finally
        {
            Run("umount", _cache.Path);
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void ItemsWithoutTextAreNoError()
    {
        using var encoder = Encoder();
        var vectors = TextVectors.Of([new CatalogEntry("a", "", []), new CatalogEntry("b", "cup", [])], encoder);
        Assert.All(vectors[0].ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(0, TextVectors.Of([], encoder).Count);
    }

    private CachedTextEncoder Encoder() => new(new HashedNgramEncoder(Dimensions), _cache.Path);
}
