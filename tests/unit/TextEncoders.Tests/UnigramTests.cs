using Xunit;

namespace Driftline.TextEncoders.Tests;

public sealed class UnigramTests
{
    private static readonly (string Piece, int Id, double Score)[] Pieces =
        [("\u2581", 3, -2), ("a", 4, -1), ("b", 5, -1), ("ab", 6, -1.5), ("abb", 7, -4), ("\u2581a", 8, -2.5)];

    [Theory]
    [InlineData("ab", new[] { 6 })]                  // -1.5 beats a b, -2
    [InlineData("abb", new[] { 6, 5 })]              // ab b, -2.5, beats abb, -4, and a b b, -3
    [InlineData("\u2581ab", new[] { 8, 5 })]         // -3.5 like \u2581 ab: of equals the one with the shorter last piece
    [InlineData("axyb", new[] { 4, 0, 5 })]          // neighbouring unknowns are one
    [InlineData("x😀b", new[] { 0, 5 })]
    [InlineData("", new int[0])]
    public void TheMostProbableSegmentationWins(string text, int[] ids) => Assert.Equal(ids, new UnigramSegmenter(Pieces, 0).Segment(text));

    [Fact]
    public void ATokenizerJsonOfUnigramIsReadWithItsFrame()
    {
        using var folder = new TempFolder();
        folder.Write("tokenizer.json", """
            {"added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 1, "content": "<pad>", "special": true}, {"id": 2, "content": "</s>", "special": true}],
             "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}]},
             "pre_tokenizer": {"type": "Metaspace"},
             "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [0]}, "</s>": {"id": "</s>", "ids": [2]}}},
             "model": {"type": "Unigram", "unk_id": 3, "vocab": [["<s>", 0], ["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["\u2581red", -1], ["\u2581cup", -2], ["s", -3]]}}
            """);
        var tokenizer = TokenizerJson.Read(folder["tokenizer.json"]);
        Assert.Equal([0, 4, 5, 6, 2], tokenizer.Encode("  RED \n cups ", 128));
        Assert.Equal([0, 4, 2], tokenizer.Encode("red cups", 3));
        Assert.Equal([0, 4, 2], tokenizer.Encode("ＲＥＤ", 128)); // full width
        Assert.Equal([0, 4, 2], tokenizer.Encode("ᴿᴇᴅ".Replace("ᴇᴅ", "ed", StringComparison.Ordinal), 128)); // form KC makes a capital, which is lowered after it, as the file says
        Assert.Equal(1, tokenizer.Padding);
    }

    [Fact]
    public void TheMapOfSentencePieceMakesBlanksOfWhatHasNoWidth() => Assert.Equal("a b c", TextNormaliser.Precompiled("a\u200bb\ufeff\u0001c").Replace("  ", " ", StringComparison.Ordinal));

    [Theory]
    [InlineData("""{"model": {"type": "BPE"}}""", "'BPE'")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1]]}, "pre_tokenizer": {"type": "ByteLevel"}}""", "'ByteLevel'")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["a", -1]]}, "normalizer": {"type": "StripAccents"}}""", "'StripAccents'")]
    [InlineData("""{"model": {}}""", "tokenizer.json")]
    [InlineData("[", "tokenizer.json")]
    public void WhatIsNotKnownIsRefusedByName(string json, string named)
    {
        using var folder = new TempFolder();
        folder.Write("tokenizer.json", json);
        Assert.Contains(named, Assert.Throws<EncoderException>(() => TokenizerJson.Read(folder["tokenizer.json"])).Message, StringComparison.Ordinal);
    }
}
