using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Consent.Contracts;

/// <summary>
/// A calendar term in the date part of ISO 8601 durations: <c>P6M</c>, <c>P28D</c>, <c>P4W</c>, <c>P1Y6M</c>.
/// A month is a calendar month (31 January + P1M is the last day of February), not 30 days. No time part.
/// </summary>
[JsonConverter(typeof(TermConverter))]
public sealed partial record Term(int Years, int Months, int Days)
{
    public static Term SixMonths { get; } = new(0, 6, 0);

    public static bool TryParse(string? text, out Term term)
    {
        var match = Pattern().Match(text ?? "");
        term = SixMonths;
        if (!match.Success) return false;
        term = new Term(Part("y"), Part("m"), (7 * Part("w")) + Part("d"));
        return true;

        int Part(string name) => match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    public DateTimeOffset After(DateTimeOffset start) => start.AddMonths((12 * Years) + Months).AddDays(Days);

    public override string ToString() =>
        "P" + (Years > 0 ? $"{Years}Y" : "") + (Months > 0 ? $"{Months}M" : "") + (Days > 0 || (Years | Months) == 0 ? $"{Days}D" : "");

    [GeneratedRegex(@"^P(?=[0-9])((?<y>[0-9]{1,3})Y)?((?<m>[0-9]{1,4})M)?((?<w>[0-9]{1,4})W)?((?<d>[0-9]{1,5})D)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();

    private sealed class TermConverter : JsonConverter<Term>
    {
        public override Term Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out var term) ? term : throw new JsonException("A term such as P6M or P28D was expected.");

        public override void Write(Utf8JsonWriter writer, Term value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
