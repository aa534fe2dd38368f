using Xunit;

namespace Driftline.Deploy.Tests;

/// <summary>What a check found: one line each, the object, what is wrong and the fix.</summary>
internal static class Findings
{
    public static void AreNone(IEnumerable<string> findings)
    {
        var lines = findings.ToList();
        Assert.True(lines.Count == 0, string.Join(Environment.NewLine, lines));
    }
}
