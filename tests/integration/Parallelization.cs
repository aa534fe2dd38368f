using Xunit.Sdk;
using Xunit.v3;

// Pipelines that run beside each other wait for each other's processor, and what a test waits for then comes too late.
[assembly: Parallelization(Mode = ParallelMode.None)]
