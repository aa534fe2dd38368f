using Xunit;

// Torch's threads fill the machine already, and one test's allocations must not start a collection inside another's Torch call.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
