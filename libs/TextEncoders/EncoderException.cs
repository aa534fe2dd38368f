namespace Driftline.TextEncoders;

/// <summary>A pretrained encoder cannot be used; the message names the file or the command and the remedy.</summary>
public sealed class EncoderException : Exception
{
    public EncoderException() { }

    public EncoderException(string message) : base(message) { }

    public EncoderException(string message, Exception inner) : base(message, inner) { }
}
