namespace Driftline.Local.Chaos;

/// <summary>Redis dies and comes back with nothing, and its operator runs the feature-builder's <c>--rebuild</c> until it succeeds, while events come in.</summary>
internal sealed class EmptiedRedis(Stack stack)
{
    public async Task<bool> InjectAsync(int number, CancellationToken stopping)
    {
        if (stack.RunningProcessIdOf("redis") is not { } redis || !Signal.Send(redis, Signal.Stop)) return false;
        Directory.Delete(stack.RedisDataFolder!, recursive: true); // while it stands still: it must not write another
        Directory.CreateDirectory(stack.RedisDataFolder!);
        Signal.Send(redis, Signal.Kill);
        while (stack.RunningProcessIdOf("redis") is { } id && id == redis) await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        for (var attempt = 1; !stopping.IsCancellationRequested; attempt++)
        {
            using var log = new ServiceLog(stack.RunFolder, $"rebuild-{number}-{attempt}");
            await using var rebuild = ChildProcess.Start(
                ProcessSpec.Dotnet("rebuild", LocalService.FeatureBuilder.ProgramPath, "--rebuild") with { Environment = stack.Settings() }, log);
            if (await rebuild.Exited.WaitAsync(stopping) == 0) return true;
        }

        return false;
    }
}
