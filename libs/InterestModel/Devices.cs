using TorchSharp;

namespace Driftline.InterestModel;

/// <summary>Chooses where tensors live.</summary>
public static class Devices
{
    /// <summary>The settings that there are, for messages.</summary>
    public const string Known = "auto, cpu, cuda or cuda:N";

    /// <summary>Whether a setting is one of <see cref="Known"/>, be the device there or not.</summary>
    public static bool IsKnown(string setting) => setting is "auto" or "cpu" || TryReadIndex(setting, out _);

    /// <summary>The device of a setting: <c>auto</c> (CUDA where it is there, else the CPU), <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    /// <exception cref="ArgumentException">The setting is none of these.</exception>
    /// <exception cref="InvalidOperationException">CUDA was asked for and is not there.</exception>
    public static torch.Device Resolve(string setting)
    {
        if (setting == "cpu") return torch.CPU;
        if (setting == "auto") return torch.cuda.is_available() ? torch.CUDA : torch.CPU;
        if (!TryReadIndex(setting, out var index)) throw new ArgumentException($"Device '{setting}' is not known: use {Known}.");
        if (!torch.cuda.is_available())
        {
            throw new InvalidOperationException(
                $"Device '{setting}' was asked for, but this process has no CUDA: build with -p:TorchDevice=cuda on a host with an NVIDIA driver, or use device auto or cpu.");
        }

        var count = torch.cuda.device_count();
        return index < count
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new InvalidOperationException($"Device '{setting}' was asked for, but there are {count} CUDA devices, counted from cuda:0.");
    }

    private static bool TryReadIndex(string setting, out int index)
    {
        index = 0;
        return setting == "cuda" || (setting.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(setting.AsSpan(5), out index) && index >= 0);
    }
}
