using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Contracts;

/// <summary>
/// JSON Canonicalization Scheme (RFC 8785): members sorted by UTF-16 code units, no white space, minimal escapes.
/// Numbers must be integers within ±(2^53 - 1); anything else is refused with <see cref="NotSupportedException"/>,
/// because none of our documents needs it and number formatting is where canonical forms go wrong.
/// </summary>
public static class CanonicalJson
{
    private const long LargestExactInteger = 9_007_199_254_740_991;

    public static byte[] Write(JsonNode? node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Append(buffer, node);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>SHA-256 of the canonical form, 64 lower-case hexadecimal digits.</summary>
    public static string Hash(JsonNode? node) => Convert.ToHexStringLower(SHA256.HashData(Write(node)));

    public static string Hash<T>(T value) => Hash(JsonSerializer.SerializeToNode(value, ContractJson.Options));

    private static void Append(ArrayBufferWriter<byte> to, JsonNode? node)
    {
        switch (node)
        {
            case null:
                to.Write("null"u8);
                break;
            case JsonObject members:
                to.Write("{"u8);
                var first = true;
                foreach (var (name, value) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    if (!first) to.Write(","u8);
                    first = false;
                    AppendString(to, name);
                    to.Write(":"u8);
                    Append(to, value);
                }
                to.Write("}"u8);
                break;
            case JsonArray items:
                to.Write("["u8);
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0) to.Write(","u8);
                    Append(to, items[i]);
                }
                to.Write("]"u8);
                break;
            default:
                AppendScalar(to, node);
                break;
        }
    }

    private static void AppendScalar(ArrayBufferWriter<byte> to, JsonNode node)
    {
        switch (node.GetValueKind())
        {
            case JsonValueKind.String:
                AppendString(to, node.GetValue<string>());
                break;
            case JsonValueKind.True:
                to.Write("true"u8);
                break;
            case JsonValueKind.False:
                to.Write("false"u8);
                break;
            default:
                var text = node.ToJsonString();
                if (!long.TryParse(text, out var number) || number is < -LargestExactInteger or > LargestExactInteger)
                    throw new NotSupportedException($"Only whole numbers up to 2^53 - 1 have a canonical form here; found {text}.");
                to.Write(Encoding.UTF8.GetBytes(number.ToString()));
                break;
        }
    }

    private static void AppendString(ArrayBufferWriter<byte> to, string text)
    {
        to.Write("\""u8);
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => plain.Append("\\\""),
                '\\' => plain.Append("\\\\"),
                '\b' => plain.Append("\\b"),
                '\t' => plain.Append("\\t"),
                '\n' => plain.Append("\\n"),
                '\f' => plain.Append("\\f"),
                '\r' => plain.Append("\\r"),
                < ' ' => plain.Append("\\u").Append(((int)c).ToString("x4")),
                _ => plain.Append(c),
            };
        }
        to.Write(Encoding.UTF8.GetBytes(plain.ToString()));
        to.Write("\""u8);
    }
}
