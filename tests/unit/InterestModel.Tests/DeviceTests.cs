using System.Reflection;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace Driftline.InterestModel.Tests;

/// <summary>A network is whole on the device that it moves to, shown with Torch's <c>meta</c> device, which is on every machine.</summary>
public sealed class DeviceTests
{
    private static readonly AttributeVocabulary Ages = new([new UserAttribute("age", ["young", "old"])]);

    [Theory]
    [MemberData(nameof(Encoders))]
    public void EveryTensorOfANetworkMovesWithIt(string encoder)
    {
        using var network = Network(encoder);
        network.to(META);
        Assert.Empty(Tensors(network).Where(tensor => tensor.Tensor.IsInvalid || tensor.Tensor.device_type != DeviceType.META).Select(tensor => tensor.Name));
        Assert.DoesNotContain(network.parameters(), parameter => parameter.device_type != DeviceType.META);
        Assert.DoesNotContain(Buffers(network), buffer => buffer.device_type != DeviceType.META);
    }

    [Fact]
    public void WhatIsSetInANetworkThatHasMovedIsSavedWithIt()
    {
        using var network = Network("gru");
        network.to(ScalarType.Float64); // its tensors are others now, as after a move to a device and back
        network.to(ScalarType.Float32);
        network.SetCategories([0.75f, 0.25f], _ => [0.5f, 0.5f]);
        network.Associations.Set(BlendSettings.NetworkAlone with { Repeat = 0.25f });

        var saved = network.state_dict();
        Assert.Equal([0.75f, 0.25f], saved["_categories.population"].data<float>().ToArray());
        Assert.Equal(0.25f, saved["_associations.blend"].data<float>().ToArray()[^1]);
    }

    public static TheoryData<string> Encoders => [.. SequenceEncoder.Names];

    private static InterestNetwork Network(string encoder) =>
        new(new ModelSettings { Encoder = encoder, Dimensions = 8, HiddenSize = 8, TextDimensions = 8 }, new FeatureSettings(), 3, 2, Ages);

    // Those that are not persistent too, which Module.buffers leaves out.
    private static IEnumerable<Tensor> Buffers(nn.Module network)
    {
        var own = typeof(nn.Module).GetField("_internal_buffers", BindingFlags.Instance | BindingFlags.NonPublic)!;
        return network.modules().Append(network).SelectMany(module => ((IEnumerable<(string Name, (Tensor Tensor, bool Persistent) Buffer)>)own.GetValue(module)!).Select(buffer => buffer.Buffer.Tensor));
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(nn.Module network) =>
        from module in network.modules().Append(network).Where(module => module.GetType().Assembly == typeof(InterestNetwork).Assembly)
        from field in module.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
        from tensor in field.GetValue(module) switch { Tensor one => [one], Tensor[] several => several, _ => Array.Empty<Tensor>() }
        select ($"{module.GetType().Name}.{field.Name}", tensor);
}
