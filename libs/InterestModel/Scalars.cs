using TorchSharp;

namespace Driftline.InterestModel;

/// <summary>
/// Constants for Torch calls that live as long as the process. A number that is passed as it is becomes a temporary <see cref="Scalar"/> whose
/// finalizer may free the native value while the call still reads it, when another thread's allocation starts a collection at that moment
/// (dotnet/TorchSharp pull requests 1434 and 1496; seen here as "Expected false to be true" from Scalar.h). Even <c>a + b</c> makes one.
/// </summary>
internal static class Scalars
{
    public static readonly Scalar Zero = 0;
    public static readonly Scalar One = 1;
    public static readonly Scalar MinusInfinity = float.NegativeInfinity;

    /// <summary>Keeps a quotient finite.</summary>
    public static readonly Scalar Least = 1e-12;
}
