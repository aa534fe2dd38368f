using System.Diagnostics;
using Driftline.Local;
using Xunit;

namespace Driftline.Deploy.Tests.Images;

/// <summary>The recommender published by its Dockerfile's own command and run as its image runs it: nobody in particular, on files that it cannot change.</summary>
public sealed class PublishTests : IDisposable
{
    private const string AppUser = "1654"; // APP_UID of the .NET images

    private readonly string _folder = Directory.CreateTempSubdirectory("driftline-publish-").FullName;

    [Fact]
    public async Task APublishedServiceAnswersItsLivenessWithoutWritingBesideItself()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The images are Linux images.");
        var file = Dockerfile.Open("services/recommender/Dockerfile");
        var (app, scratch) = (Path.Combine(_folder, "app"), Path.Combine(_folder, "tmp"));
        Publish(file, app);
        Assert.True(File.Exists(Path.Combine(app, "Driftline.Recommender.dll")));
        Assert.True(File.Exists(Path.Combine(app, "appsettings.json")));
        Assert.True(File.Exists(Path.Combine(app, "wwwroot", "index.html")));
        Directory.CreateDirectory(scratch);
        LetAnyoneReadAndNobodyWrite(app);
        LetAnyoneWrite(scratch);
        var before = Files(app);
        var url = new Uri($"http://127.0.0.1:{FreePort.Find()}");

        await using (var process = Supervisor.Start(AsInItsImage(app, scratch, url), _folder, _ => { }))
        {
            await process.WaitUntilHealthyAsync(new Uri(url, Services.Live), TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        }

        Assert.Equal(before, Files(app));
    }

    public void Dispose()
    {
        const UnixFileMode mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var folder in Directory.GetDirectories(_folder, "*", SearchOption.AllDirectories))
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, mine);
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The command as it stands there, but on what the build of this very run has left: compiling again for Release takes a minute and more.</summary>
    private static void Publish(Dockerfile file, string output)
    {
        var built = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        var arguments = file.Publish.Select(argument => argument switch { "/app" => output, "Release" => built, _ => argument }).Append("--no-build");
        using var process = Process.Start(new ProcessStartInfo(ProcessSpec.DotnetHost, ["publish", .. arguments]) { WorkingDirectory = Checkout.Root, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, said + errors.Result);
    }

    /// <summary>An empty environment but for the image's and the pod's own; as root, the images' user, whom the files do not belong to.</summary>
    private static ProcessSpec AsInItsImage(string app, string scratch, Uri url)
    {
        string[] environment =
        [
            $"PATH={Environment.GetEnvironmentVariable("PATH")}", $"TMPDIR={scratch}", "HOME=/nonexistent", "DOTNET_EnableDiagnostics=0", "ExitWithParent=true", $"Urls={url}",
            "Kafka__BootstrapServers=127.0.0.1:1", "SchemaRegistry__Url=http://127.0.0.1:1", "Redis__ConnectionString=127.0.0.1:1",
        ];
        string[] user = Environment.IsPrivilegedProcess ? [Needs.Program("setpriv"), "--reuid", AppUser, "--regid", AppUser, "--clear-groups"] : [];
        return new ProcessSpec("recommender", "env", ["-i", .. environment, .. user, ProcessSpec.DotnetHost, Path.Combine(app, "Driftline.Recommender.dll")]) { WorkingDirectory = app, WatchesParent = true };
    }

    private void LetAnyoneReadAndNobodyWrite(string app)
    {
        const UnixFileMode read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode enter = read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows()) return;
        foreach (var file in Directory.EnumerateFiles(app, "*", SearchOption.AllDirectories)) File.SetUnixFileMode(file, read);
        foreach (var folder in Directory.EnumerateDirectories(app, "*", SearchOption.AllDirectories).Append(app)) File.SetUnixFileMode(folder, enter);
        File.SetUnixFileMode(_folder, enter | UnixFileMode.UserWrite);
    }

    private static void LetAnyoneWrite(string folder)
    {
        const UnixFileMode all = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, all);
    }

    private static List<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file):O}").Order(StringComparer.Ordinal)];
}
