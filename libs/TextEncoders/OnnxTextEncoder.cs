using System.Numerics.Tensors;
using Driftline.Catalog;
using Microsoft.ML.OnnxRuntime;

namespace Driftline.TextEncoders;

/// <summary>A pretrained sentence encoder in ONNX Runtime, on the CPU. Vectors are L2-normalised; a text without a word is all zeros.</summary>
public sealed class OnnxTextEncoder : TextEncoder
{
    // A batch takes texts of like length, up to this many pieces with padding: enough to keep the cores busy, little enough for their caches.
    private const int PiecesPerBatch = 2048, TextsPerBatch = 128;

    private static readonly string[] PooledOutputs = ["sentence_embedding", "pooled_embedding"];
    private static readonly string[] PieceOutputs = ["last_hidden_state", "token_embeddings"];

    private readonly EncoderFolder _folder;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string _output;
    private readonly Pooling _pooling;

    private OnnxTextEncoder(string name, EncoderFolder folder, InferenceSession session)
    {
        _folder = folder;
        _session = session;
        Name = name;
        var pooled = Array.Find(PooledOutputs, session.OutputMetadata.ContainsKey);
        _output = pooled ?? Array.Find(PieceOutputs, session.OutputMetadata.ContainsKey)
            ?? throw new EncoderException($"{folder.Model}: its outputs are {string.Join(", ", session.OutputNames)}. Needed is one of {string.Join(", ", PooledOutputs.Concat(PieceOutputs))}.");
        _pooling = pooled is null ? folder.Pooling : Pooling.InModel;
        foreach (var (input, metadata) in session.InputMetadata)
        {
            if (input is not ("input_ids" or "attention_mask" or "token_type_ids") || metadata.ElementType != typeof(long))
                throw new EncoderException($"{folder.Model}: the input {input} of type {metadata.ElementType.Name} is not known here. Known: input_ids, attention_mask, token_type_ids, each int64.");
        }

        Dimensions = session.OutputMetadata[_output].Dimensions[^1] is var last and > 0 ? last : Run([folder.Tokenizer.Encode("a", folder.MaxLength)]).Dimensions;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Id => $"{(Name.Contains(':', StringComparison.Ordinal) ? "onnx" : Name)}-{_folder.Fingerprint}";

    /// <inheritdoc/>
    public override string Licence => _folder.Licence;

    /// <inheritdoc/>
    public override int Dimensions { get; }

    /// <summary>Loads the encoder of a folder.</summary>
    /// <param name="name">What configurations call it.</param>
    /// <param name="folder">A Hugging Face export: <c>model.onnx</c> here or in <c>onnx/</c>, <c>vocab.txt</c> or <c>tokenizer.json</c>, and the
    /// configuration files of tokenizer and pooling where there are any.</param>
    /// <param name="threads">CPU threads; 0 takes every core.</param>
    /// <exception cref="EncoderException">The folder cannot be used.</exception>
    public static OnnxTextEncoder Load(string name, string folder, int threads = 0)
    {
        var opened = EncoderFolder.Open(folder);
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            EnableMemoryPattern = false, // batches differ in shape
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // Torch works on the same cores
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(opened.Model, options);
            return new OnnxTextEncoder(name, opened, session);
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw new EncoderException($"{opened.Model}: ONNX Runtime cannot run it: {e.Message} Export the model again.", e);
        }
        catch (EncoderException)
        {
            session?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override string TextOf(CatalogEntry item) => item.Sentence;

    /// <inheritdoc/>
    public override float[] Encode(IReadOnlyList<string> texts, Action<int>? progress = null)
    {
        var vectors = new float[texts.Count * Dimensions];
        var done = 0;
        foreach (var batch in Batches(texts))
        {
            var rows = Run([.. batch.Select(text => text.Pieces)]).Vectors;
            for (var i = 0; i < batch.Count; i++) rows.AsSpan(i * Dimensions, Dimensions).CopyTo(vectors.AsSpan(batch[i].Index * Dimensions));
            progress?.Invoke(done += batch.Count);
        }

        progress?.Invoke(texts.Count);
        return vectors;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _session.Dispose();
            _run.Dispose();
        }

        base.Dispose(disposing);
    }

    // Texts of like length together, so that little is padding. Texts without a word are left out: they stay zeros.
    private IEnumerable<List<(int Index, int[] Pieces)>> Batches(IReadOnlyList<string> texts)
    {
        var batch = new List<(int Index, int[] Pieces)>();
        foreach (var text in texts.Index().Where(text => text.Item.AsSpan().ContainsAnyExcept(" \t\r\n"))
            .Select(text => (text.Index, Pieces: _folder.Tokenizer.Encode(text.Item, _folder.MaxLength)))
            .Where(text => text.Pieces.Length > 0).OrderBy(text => text.Pieces.Length))
        {
            if (batch.Count == TextsPerBatch || (batch.Count + 1) * text.Pieces.Length > PiecesPerBatch)
            {
                if (batch.Count > 0) yield return batch;
                batch = [];
            }

            batch.Add(text);
        }

        if (batch.Count > 0) yield return batch;
    }

    // Vectors of length 1, row-major [texts, D].
    private (float[] Vectors, int Dimensions) Run(int[][] texts)
    {
        var length = texts.Max(text => text.Length);
        long[] shape = [texts.Length, length];
        var inputs = _session.InputMetadata.Keys.ToDictionary(name => name, name => OrtValue.CreateTensorValueFromMemory(Fill(name, texts, length), shape));
        try
        {
            using var outputs = _session.Run(_run, inputs, [_output]);
            var output = outputs[0].GetTensorDataAsSpan<float>();
            var width = (int)outputs[0].GetTensorTypeAndShape().Shape[^1];
            var vectors = new float[texts.Length * width];
            for (var i = 0; i < texts.Length; i++)
            {
                var vector = vectors.AsSpan(i * width, width);
                if (_pooling == Pooling.InModel) output.Slice(i * width, width).CopyTo(vector);
                else _pooling.Pool(output.Slice(i * length * width, length * width), texts[i].Length, vector);
                var norm = TensorPrimitives.Norm<float>(vector);
                if (norm > 0) TensorPrimitives.Divide(vector, norm, vector);
            }

            return (vectors, width);
        }
        finally
        {
            foreach (var input in inputs.Values) input.Dispose();
        }
    }

    private long[] Fill(string input, int[][] texts, int length)
    {
        var values = new long[texts.Length * length]; // token_type_ids: one segment, all zeros
        for (var i = 0; i < texts.Length && input != "token_type_ids"; i++)
        {
            for (var p = 0; p < length; p++)
            {
                var real = p < texts[i].Length;
                values[i * length + p] = input == "attention_mask" ? (real ? 1 : 0) : real ? texts[i][p] : _folder.Tokenizer.Padding;
            }
        }

        return values;
    }
}
