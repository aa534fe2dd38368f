using System.IO.Hashing;
using System.Text;
using Driftline.InterestModel;

namespace Driftline.Training;

/// <summary>Which items a sampled ranking leaves out.</summary>
internal static class Sampling
{
    /// <summary>
    /// Leaves out all but the relevant items and a uniform sample of items that the user has not met and does not meet next; the sample is a
    /// function of the user's id.
    /// </summary>
    public static void LeaveOut(Span<bool> excluded, EvaluationCase asked, int negatives)
    {
        var met = new HashSet<int>(asked.Relevant);
        foreach (var e in asked.Before) met.Add(e.Item);
        var others = Enumerable.Range(ItemRows.First, excluded.Length).Where(row => !met.Contains(row)).ToArray();
        var seed = unchecked((int)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(asked.User.UserId)));
        new Random(seed).Shuffle(others);
        excluded.Fill(true);
        foreach (var row in others.AsSpan(0, Math.Min(negatives, others.Length))) excluded[row - ItemRows.First] = false;
        foreach (var row in asked.Relevant) excluded[row - ItemRows.First] = false;
    }
}
