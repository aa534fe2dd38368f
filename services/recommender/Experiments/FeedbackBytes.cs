using System.Text;

namespace Driftline.Recommender.Experiments;

/// <summary>
/// <see cref="UserFeedback"/> as it is stored: layout number (1 byte), since, floor, events (time, hash), answers (nonce, experiment, variant, model version, items with hash,
/// position, flags and last time), counts, and for each item of the answers how long before its last time the first was. Numbers are little endian; counts, lengths and spans 7-bit encoded.
/// What the end adds, replicas of an earlier version pass over and leave out, so that both may serve during an update.
/// </summary>
internal static class FeedbackBytes
{
    private const byte Layout = 1;

    public static byte[] Write(UserFeedback feedback)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(Layout);
            writer.Write(feedback.Since);
            writer.Write(feedback.Floor);
            writer.Write7BitEncodedInt(feedback.Events.Count);
            foreach (var (time, hash) in feedback.Events)
            {
                writer.Write(time);
                writer.Write(hash);
            }

            writer.Write7BitEncodedInt(feedback.Answers.Count);
            foreach (var answer in feedback.Answers) Write(writer, answer);
            writer.Write7BitEncodedInt(feedback.Counts.Count);
            foreach (var (variant, counts) in feedback.Counts)
            {
                Write(writer, variant);
                writer.Write7BitEncodedInt64(counts.Impressions);
                writer.Write7BitEncodedInt64(counts.Clicks);
                writer.Write7BitEncodedInt64(counts.Purchases);
            }

            foreach (var item in feedback.Answers.SelectMany(answer => answer.Items)) writer.Write7BitEncodedInt64(item.At - item.First);
        }

        return bytes.ToArray();
    }

    /// <param name="bytes">Null or another layout's for a user of whom nothing is known.</param>
    public static UserFeedback Read(byte[]? bytes)
    {
        var feedback = new UserFeedback();
        if (bytes is not [Layout, ..]) return feedback;
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        reader.ReadByte();
        (feedback.Since, feedback.Floor) = (reader.ReadInt64(), reader.ReadInt64());
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) feedback.Events.Add((reader.ReadInt64(), reader.ReadUInt64()));
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) feedback.Answers.Add(ReadAnswer(reader));
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            feedback.Counts.Add(ReadVariant(reader), new UserCounts(reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64()));
        var hasFirst = reader.BaseStream.Position < bytes.Length;
        foreach (var item in feedback.Answers.SelectMany(answer => answer.Items)) item.First = item.At - (hasFirst ? reader.Read7BitEncodedInt64() : 0);
        return feedback;
    }

    private static void Write(BinaryWriter writer, ShownAnswer answer)
    {
        writer.Write(answer.Nonce);
        Write(writer, answer.Variant);
        writer.Write(answer.ModelVersion);
        writer.Write7BitEncodedInt(answer.Items.Count);
        foreach (var item in answer.Items)
        {
            writer.Write(item.Item);
            writer.Write(item.Position);
            writer.Write((byte)item.Had);
            writer.Write(item.At);
        }
    }

    private static ShownAnswer ReadAnswer(BinaryReader reader)
    {
        var answer = new ShownAnswer(reader.ReadUInt64(), ReadVariant(reader), reader.ReadString(), []);
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            answer.Items.Add(new ShownItem(reader.ReadUInt64(), reader.ReadByte()) { Had = (FeedbackKind)reader.ReadByte(), At = reader.ReadInt64() });
        return answer;
    }

    private static void Write(BinaryWriter writer, VariantKey variant)
    {
        writer.Write(variant.Experiment);
        writer.Write(variant.Variant);
    }

    private static VariantKey ReadVariant(BinaryReader reader) => new(reader.ReadString(), reader.ReadString());
}
