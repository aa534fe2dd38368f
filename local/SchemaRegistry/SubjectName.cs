using Microsoft.AspNetCore.Http.Features;

namespace Driftline.Local;

/// <summary>
/// The subject in a request's path. Subjects may hold any character; the server's own decoding of paths leaves %2F as it is and so cannot
/// tell 'a/b' from 'a%2Fb', so the segment is taken from the request line.
/// </summary>
internal readonly record struct SubjectName(string Value)
{
    public static ValueTask<SubjectName> BindAsync(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var segments = target.Split('?', 2)[0].Split('/');
        var before = Array.FindIndex(segments, segment => segment is "subjects" or "config");
        return ValueTask.FromResult(new SubjectName(Uri.UnescapeDataString(segments[before + 1])));
    }
}
