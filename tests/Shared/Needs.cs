namespace Driftline.Tests;

/// <summary>What a test needs and may not find. With DRIFTLINE_REQUIRE_ALL=1 a missing thing fails the test instead of skipping it.</summary>
internal static class Needs
{
    /// <summary>Path of a program on the PATH.</summary>
    public static string Program(string name) => Find(name) ?? Missing($"{name} is not on the PATH");

    /// <summary>The same; null where it is not there.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>A folder of real events in the import format.</summary>
    public static string Data(string name)
    {
        var folder = Path.GetFullPath(Path.Combine(Environment.GetEnvironmentVariable("DRIFTLINE_DATA") ?? Path.Combine(Checkout.Root, "..", "shared", "data"), name));
        return Directory.Exists(folder) ? folder : Missing($"{folder} is absent: set DRIFTLINE_DATA to the folder that holds {name}");
    }

    public static string Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("DRIFTLINE_REQUIRE_ALL") == "1") Xunit.Assert.Fail($"DRIFTLINE_REQUIRE_ALL=1, but {what}.");
        Xunit.Assert.Skip(what + ".");
        return "";
    }
}
