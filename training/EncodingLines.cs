using System.Globalization;

namespace Driftline.Training;

/// <summary>Plain lines about a long encoding: the first after two seconds, then one every ten.</summary>
internal sealed class EncodingLines(int items, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2), Every = TimeSpan.FromSeconds(10);

    private readonly long _started = time.GetTimestamp();
    private TimeSpan _next = First;

    public void Report(int done)
    {
        var elapsed = time.GetElapsedTime(_started);
        if (elapsed < _next) return;
        _next = elapsed + Every;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"encoding item texts: {done} of {items} ({(double)done / items:P0}), {elapsed.TotalSeconds:F0} s"));
    }
}
