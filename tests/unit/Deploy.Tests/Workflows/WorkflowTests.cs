using Driftline.Deploy.Tests.Images;
using Xunit;
using YamlDotNet.Core;

namespace Driftline.Deploy.Tests.Workflows;

public sealed class WorkflowTests
{
    private static readonly Dictionary<string, Func<Workflow, IEnumerable<string>>> Checks = new Func<Workflow, IEnumerable<string>>[]
    {
        WorkflowChecks.Permissions, WorkflowChecks.Concurrency, WorkflowChecks.Actions, WorkflowChecks.Jobs, WorkflowChecks.Files, WorkflowChecks.Untrusted,
    }.ToDictionary(check => check.Method.Name, StringComparer.Ordinal);

    public static MatrixTheoryData<string, string> ChecksByFile => new(Checks.Keys, Workflow.All);

    public static TheoryData<string, string, string, string> Breakages => new()
    {
        { "Permissions", "permissions:\n  contents: read\n", "", "set permissions" },
        { "Permissions", "permissions:\n  contents: read\n", "permissions: write-all\n", "set permissions" },
        { "Permissions", "permissions:\n  contents: read\n", "permissions:\n  contents: write\n", "gives every job write rights" },
        { "Permissions", "    timeout-minutes: 90\n", "    timeout-minutes: 90\n    permissions:\n      packages: write\n", "job check may write packages" },
        { "Concurrency", "concurrency:\n  group:", "concurrency:\n  groups:", "set concurrency.group" },
        { "Actions", "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "actions/checkout@v4", "pin the full commit SHA" },
        { "Actions", " # v4.2.2", "", "nobody can tell which version" },
        { "Jobs", "    timeout-minutes: 90\n", "", "job check may hang" },
        { "Jobs", "runs-on: ubuntu-24.04", "runs-on: ubuntu-latest", "moving image" },
        { "Jobs", "    timeout-minutes: 90\n", "    timeout-minutes: 90\n    needs: build\n", "needs build" },
        { "Files", "bash .ci/run", "bash .ci/test", "refers to .ci/test" },
        { "Files", "--project tests/integration/Integration.Tests.csproj", "--project tests/Integration.csproj", "refers to tests/Integration.csproj" },
        { "Untrusted", "  pull_request:\n", "  pull_request_target:\n", "runs strangers' code" },
        { "Untrusted", "bash .ci/run", "echo ${{ github.event.pull_request.title }}", "pass it through env" },
        { "Untrusted", "persist-credentials: false", "persist-credentials: true", "leaves the token on disk" },
    };

    [Theory]
    [MemberData(nameof(ChecksByFile))]
    public void AWorkflowIsAsItShouldBe(string check, string file) => Findings.AreNone(Checks[check](Workflow.Open(file)));

    [Theory]
    [MemberData(nameof(Breakages))]
    public void AWorkflowThatIsWrongIsFound(string check, string right, string wrong, string told)
    {
        var text = Workflow.Open("ci.yml").Text;
        Assert.Contains(right, text, StringComparison.Ordinal);

        var findings = Checks[check](Workflow.Read("ci.yml", text.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Contains(findings, finding => finding.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void AKeyWrittenTwiceIsAnError() => Assert.ThrowsAny<YamlException>(() => Workflow.Read("a.yml", "on: push\non: pull_request"));

    [Fact]
    public void ThereAreWorkflowsForChecksImagesAndReleases() => Assert.Equal(["ci.yml", "images.yml", "release.yml"], Workflow.All);

    [Fact]
    public void EveryDockerfileIsBuiltAndThePredictorForBothDevices()
    {
        var entries = WorkflowChecks.Matrix(Workflow.Open("images.yml").Jobs.Single(job => job.Name == "push").Job).ToList();

        Assert.Equal(Dockerfile.All.Order(), entries.Select(entry => Workflow.Get(entry, "file")!.ToString()).Distinct().Order());
        Assert.Equal(["cpu", "cuda"], entries.Where(entry => Workflow.Get(entry, "image")!.ToString() == "predictor").Select(entry => Workflow.Get(entry, "device")!.ToString()));
    }
}
