using System.Numerics.Tensors;
using System.Text.Json;
using Driftline.Catalog;
using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class OnnxExportTests : IDisposable
{
    private readonly TinyExport _export = new();
    private readonly TempFolder _cache = new();

    public void Dispose()
    {
        _export.Dispose();
        _cache.Dispose();
    }

    [Theory]
    [InlineData("Red cups, the TEACUP", new[] { 2, 5, 6, 7, 11, 10, 8, 9, 3 })]
    [InlineData("zebra cup", new[] { 2, 1, 6, 3 })]
    [InlineData("Café", new[] { 2, 12, 13, 3 })] // an accent goes with the capitals
    [InlineData("Cafe\u0301", new[] { 2, 12, 13, 3 })]
    [InlineData("red\ncup\tred\r\ncup", new[] { 2, 5, 6, 5, 6, 3 })] // lines end words
    [InlineData("red+cup", new[] { 2, 5, 1, 6, 3 })] // a symbol of ASCII is a word, and one that nobody knows is told
    [InlineData("cup™ red_cup", new[] { 2, 1, 5, 1, 6, 3 })]
    [InlineData("red 茶杯 c\u200bup", new[] { 2, 5, 1, 1, 6, 3 })] // each Chinese character is a word, what has no width none
    public void PiecesAreBertsOwn(string text, int[] ids) => Assert.Equal(ids, EncoderFolder.Open(_export.Path).Tokenizer.Encode(text, 128));

    [Fact]
    public void WordsAreCutByBertsRules() => Assert.Equal("a , b $ 5½ € e\u0301 हिन्दी x ^ y", WordPieceTokenizer.Words(" a,b\u00a0$5½ € e\u0301\u0000 हिन्दी\u200e x^y\n"));

    [Fact]
    public void TextPastTheLongestLengthIsLeftOutBeforeTheEnd()
    {
        _export.Write("sentence_bert_config.json", """{"max_seq_length": 5}""");
        var folder = EncoderFolder.Open(_export.Path);
        Assert.Equal(5, folder.MaxLength);
        Assert.Equal([2, 5, 6, 7, 3], folder.Tokenizer.Encode("red cups red red", folder.MaxLength));
    }

    [Fact]
    public void ACasedModelKeepsCapitals()
    {
        _export.Write("tokenizer_config.json", """{"do_lower_case": false, "model_max_length": 1000000000000000019884624838656}""");
        Assert.Equal([2, 1, 6, 3], EncoderFolder.Open(_export.Path).Tokenizer.Encode("Red cup", 128));
    }

    [Theory]
    [InlineData("{}", false, new[] { 2, 5, 6, 3 })] // Sentence Transformers leaves it to the tokenizer
    [InlineData("""{"do_lower_case": false}""", true, new[] { 2, 5, 6, 3 })]
    [InlineData("""{"do_lower_case": false}""", false, new[] { 2, 1, 6, 3 })]
    public void SentenceTransformersLowerCasesBeforeTheTokenizerOrNot(string tokenizer, bool before, int[] pieces)
    {
        _export.Write("tokenizer_config.json", tokenizer);
        _export.Write("sentence_bert_config.json", JsonSerializer.Serialize(new { do_lower_case = before }));
        Assert.Equal(pieces, EncoderFolder.Open(_export.Path).Tokenizer.Encode("Red cup", 128));
    }

    [Fact]
    public void EncodersThatTreatAccentsDifferentlyAreDifferent()
    {
        _export.Write("sentence_bert_config.json", """{"do_lower_case": true}""");
        string Fingerprint(string tokenizer)
        {
            _export.Write("tokenizer_config.json", tokenizer);
            return EncoderFolder.Open(_export.Path).Fingerprint;
        }

        Assert.NotEqual(Fingerprint("{}"), Fingerprint("""{"do_lower_case": false}""")); // the second keeps accents
    }

    [Fact]
    public void AModelThatKeepsAccentsKeepsThemThoughItKnowsNoCapitals()
    {
        _export.Write("tokenizer_config.json", """{"do_lower_case": true, "strip_accents": false}""");
        Assert.Equal([2, 1, 6, 3], EncoderFolder.Open(_export.Path).Tokenizer.Encode("Café CUP", 128));
    }

    [Theory]
    [InlineData(null, "mean")]
    [InlineData("pooling_mode_mean_tokens", "mean")]
    [InlineData("pooling_mode_cls_token", "cls")]
    [InlineData("pooling_mode_max_tokens", "max")]
    public void PoolingIsWhatTheExportSays(string? mode, string expected)
    {
        if (mode is not null) _export.Write("1_Pooling/config.json", $$"""{"word_embedding_dimension": 3, "{{mode}}": true, "pooling_mode_lasttoken": false}""");
        using var encoder = Create();
        float[][] rows = [.. new[] { 2, 5, 6, 3 }.Select(TinyExport.Row)];
        float[] pooled = expected switch
        {
            "cls" => rows[0],
            "max" => [.. Enumerable.Range(0, 3).Select(d => rows.Max(row => row[d]))],
            _ => [.. Enumerable.Range(0, 3).Select(d => rows.Average(row => row[d]))],
        };
        var norm = TensorPrimitives.Norm<float>(pooled);
        var alone = encoder.Encode("red cup");
        var inBatch = encoder.Encode(["the red teacups, red cups", "red cup", "cup"]).AsSpan(3, 3).ToArray(); // padded
        for (var d = 0; d < 3; d++)
        {
            Assert.Equal(pooled[d] / norm, alone[d], 1e-5);
            Assert.Equal(alone[d], inBatch[d], 1e-6);
        }
    }

    [Theory]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true}""", "pooling_mode_mean_tokens and pooling_mode_max_tokens")]
    [InlineData("1_Pooling/config.json", """{"pooling_mode_lasttoken": true}""", "pooling_mode_lasttoken")]
    [InlineData("modules.json", """[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Dense"}]""", "models.Dense")]
    [InlineData("onnx/model.onnx", "not a model", "model.onnx")]
    [InlineData("tokenizer_config.json", "{", "tokenizer_config.json")]
    [InlineData("tokenizer_config.json", "[]", "tokenizer_config.json")]
    [InlineData("modules.json", "[", "modules.json")]
    [InlineData("modules.json", "{}", "modules.json")]
    [InlineData("modules.json", """[{"name": "0"}]""", "modules.json")]
    [InlineData("modules.json", """[{"type": null}]""", "modules.json")]
    public void WhatWouldGiveWrongVectorsIsRefusedByName(string file, string content, string named)
    {
        _export.Write(file, content);
        Assert.Contains(named, Assert.Throws<EncoderException>(Create).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsNamed()
    {
        _export.Remove("vocab.txt");
        Assert.Contains("neither vocab.txt nor tokenizer.json", Assert.Throws<EncoderException>(Create).Message, StringComparison.Ordinal);
        _export.Remove("onnx/model.onnx");
        Assert.Contains("neither model.onnx nor onnx/model.onnx", Assert.Throws<EncoderException>(Create).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TokenizerJsonOfWordPieceCutsAsVocabTxtDoes()
    {
        using var encoder = Create();
        var expected = encoder.Encode("Red teacups, the cup");
        _export.Remove("vocab.txt");
        _export.Write("tokenizer.json", $$"""
            {"normalizer": {"type": "BertNormalizer", "lowercase": true},
             "model": {"type": "WordPiece", "vocab": { {{string.Join(", ", TinyExport.Vocabulary.Select((piece, id) => $"\"{piece}\": {id}"))}} } } }
            """);
        using var other = Create();
        Assert.Equal(expected, other.Encode("Red teacups, the cup"));
    }

    [Fact]
    public void AnotherModelInTheFolderIsAnotherId()
    {
        using var encoder = Create();
        _export.Write("sentence_bert_config.json", """{"max_seq_length": 7}""");
        using var other = Create();
        Assert.NotEqual(encoder.Id, other.Id);
        Assert.StartsWith("onnx-", encoder.Id, StringComparison.Ordinal);
        Assert.Equal(_export.Name, encoder.Name);
    }

    [Fact]
    public void OtherWeightsBesideTheSameGraphAreAnotherId()
    {
        _export.Write("onnx/model.onnx.data", "one");
        var before = EncoderFolder.Open(_export.Path).Fingerprint;
        _export.Write("onnx/model.onnx.data", "two");
        Assert.NotEqual(before, EncoderFolder.Open(_export.Path).Fingerprint);
    }

    [Fact]
    public void AnotherLengthThanTheEncodersIsRefused() => Assert.Contains(
        "3 dimensions, not 4", Assert.Throws<ArgumentException>(() => KnownEncoders.Create(_export.Name, 4, _cache.Path)).Message, StringComparison.Ordinal);

    private TextEncoder Create() => KnownEncoders.Create(_export.Name, 0, _cache.Path);
}
