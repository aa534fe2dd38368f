using System.Collections;
using System.Globalization;
using System.Text.Json;
using Avro.Generic;

namespace Driftline.Cli.Kafka;

/// <summary>Avro values as plain JSON: a union is the value of its branch, bytes are base64, numbers that JSON lacks are texts.</summary>
internal static class AvroJson
{
    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case GenericRecord record:
                json.WriteStartObject();
                foreach (var field in record.Schema.Fields)
                {
                    json.WritePropertyName(field.Name);
                    Write(json, record.GetValue(field.Pos));
                }

                json.WriteEndObject();
                break;
            case GenericEnum symbol: json.WriteStringValue(symbol.Value); break;
            case GenericFixed bytes: json.WriteBase64StringValue(bytes.Value); break;
            case byte[] bytes: json.WriteBase64StringValue(bytes); break;
            case string text: json.WriteStringValue(text); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case long number: json.WriteNumberValue(number); break;
            case float number when float.IsFinite(number): json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): json.WriteNumberValue(number); break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName((string)entry.Key);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (var one in list) Write(json, one);
                json.WriteEndArray();
                break;
            default: json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
