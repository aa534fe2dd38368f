namespace Driftline.AvroBinary;

/// <summary>
/// A record that reads and writes its own Avro binary form (Avro 1.12 specification, "Binary Encoding"), of exactly the schema that it was generated from.
/// Its bytes are those of Apache.Avro, without an object for each field on the way.
/// </summary>
public interface IBinaryRecord<TSelf> where TSelf : IBinaryRecord<TSelf>
{
    /// <exception cref="InvalidDataException">The bytes are no such record.</exception>
    static abstract TSelf Read(ref AvroReader reader);

    /// <exception cref="ArgumentNullException">A text that may not be null is.</exception>
    /// <exception cref="NullReferenceException">An array, map or record that may not be null is.</exception>
    void Write(AvroWriter writer);
}
