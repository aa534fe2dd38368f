using System.CommandLine;

namespace Driftline.Training;

/// <summary><c>--split NAME</c>.</summary>
internal static class SplitOption
{
    /// <summary>What <see cref="Split.Parse"/> takes.</summary>
    public const string Names = "leave-one-out, leave-out:N, time:YYYY-MM-DD or time:auto";

    /// <summary>For commands that split leave-one-out unless told otherwise.</summary>
    public static Option<string> Create() => new("--split") { Description = Names + ".", DefaultValueFactory = _ => Split.LeaveOneOut.Name };
}
