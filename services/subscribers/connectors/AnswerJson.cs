using System.Globalization;
using System.Text.Json;

namespace Consent.Connectors;

/// <summary>What another system sent, read without trust: what is missing, or of another kind than its maker's documentation says, is null or nothing.</summary>
internal static class AnswerJson
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;

    /// <summary>A text, or a number as it stands there.</summary>
    public static string? Text(this JsonElement json, string name) => json.Member(name) is { } member ? member.AsText() : null;

    public static string? AsText(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.GetRawText(),
        _ => null,
    };

    public static long? Whole(this JsonElement json, string name) =>
        long.TryParse(json.Text(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool Flag(this JsonElement json, string name) => json.Member(name)?.ValueKind == JsonValueKind.True;

    /// <summary>The items of an array, or the values of an object.</summary>
    public static IReadOnlyList<JsonElement> Items(this JsonElement json, string name) => json.Member(name) is { } member ? member.AsItems() : [];

    public static IReadOnlyList<JsonElement> AsItems(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array => [.. json.EnumerateArray()],
        JsonValueKind.Object => [.. json.EnumerateObject().Select(member => member.Value)],
        _ => [],
    };

    /// <summary>As ISO 8601, or as seconds since 1970. A time without a zone may be of any, and says nothing.</summary>
    public static DateTimeOffset? Moment(this JsonElement json, string name) => json.Member(name) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out var seconds) && seconds is > 0 and < 1e11 =>
            DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)),
        { ValueKind: JsonValueKind.String } text
            when DateTime.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var read)
                && read.Kind is not DateTimeKind.Unspecified
                && DateTimeOffset.TryParse(text.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at) => at,
        _ => null,
    };
}
