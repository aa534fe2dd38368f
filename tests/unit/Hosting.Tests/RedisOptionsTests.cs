using Xunit;

namespace Driftline.Hosting.Tests;

public sealed class RedisOptionsTests
{
    [Fact]
    public void WhatTheClientSaysOfACommandThatFailsHoldsNoKeyForKeysHoldUserIds() =>
        Assert.False(new RedisOptions { ConnectionString = "127.0.0.1:6379" }.ToConfiguration().IncludeDetailInExceptions);
}
