namespace Driftline.Tests;

/// <summary>The checkout that the tests run from.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds Driftline.slnx.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Driftline.slnx")) ? folder : Find(Path.GetDirectoryName(folder)
            ?? throw new DirectoryNotFoundException("Driftline.slnx was not found above the test's folder: run the tests from a checkout."));
}
