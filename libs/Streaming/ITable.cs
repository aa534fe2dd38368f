namespace Driftline.Streaming;

/// <summary>What a <see cref="TableReader{T}"/> feeds.</summary>
public interface ITable<T> where T : class
{
    /// <summary>Takes the newest state of a key; a null value means that the key is gone. Called from one thread, in partition order.</summary>
    void Apply(Received<T> record);
}
