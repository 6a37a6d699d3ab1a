using System.Globalization;
using System.Text;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <param name="Refused">Objections too: both say no to what was not given.</param>
/// <param name="Imported">Of whatever status; in none of the others.</param>
internal sealed record DayOfDecisions(DateOnly Day, long Given, long Refused, long Withdrawn, long Imported = 0)
{
    /// <summary>Taken here: without those that were imported.</summary>
    public long All => Given + Refused + Withdrawn;

    /// <summary>Every day of the span, those without a decision too. Pure.</summary>
    public static IReadOnlyList<DayOfDecisions> Of(IEnumerable<DecisionCount> counts, DateOnly from, DateOnly until)
    {
        var byDay = counts.ToLookup(c => c.Day);
        return [.. Enumerable.Range(0, until.DayNumber - from.DayNumber + 1).Select(from.AddDays).Select(day => new DayOfDecisions(
            day, Sum(day, Decision.Given), Sum(day, Decision.Refused) + Sum(day, Decision.Objected), Sum(day, Decision.Withdrawn),
            byDay[day].Where(c => c.Imported).Sum(c => c.Count)))];

        long Sum(DateOnly day, Decision status) => byDay[day].Where(c => c.Status == status && !c.Imported).Sum(c => c.Count);
    }
}

/// <summary>
/// Bars for the days, one upon the other: given is solid, refused is hatched, withdrawn is empty, so that they are told apart without colours. Pure; the numbers stand in a table beside it.
/// </summary>
internal static class RatesChart
{
    private const int Width = 640, Height = 180, Margin = 6;
    private const string Solid = "class=\"frame solid\"", Hatched = "class=\"frame\" fill=\"url(#hatch)\"", Empty = "class=\"frame empty\"";

    /// <summary>To be put once before the charts of a page.</summary>
    public const string Patterns = """
        <svg width="0" height="0" aria-hidden="true" focusable="false"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <line class="hatch" x1="1" y1="0" x2="1" y2="6"/></pattern></defs></svg>
        """;

    /// <param name="id">Of the chart on its page.</param>
    /// <param name="title">Plain words, for who does not see it.</param>
    public static string Of(IReadOnlyList<DayOfDecisions> days, string id, string title, Words words)
    {
        var most = Math.Max(1, days.Max(d => d.All));
        var (step, room) = ((double)(Width - (2 * Margin)) / days.Count, Height - (2 * Margin));
        var svg = new StringBuilder($"<figure><svg class=\"chart\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-labelledby=\"{id}\"><title id=\"{id}\">")
            .Append(Html.Text(title)).Append("</title>")
            .Append(CultureInfo.InvariantCulture, $"<line x1=\"{Margin}\" y1=\"{Height - Margin}\" x2=\"{Width - Margin}\" y2=\"{Height - Margin}\"/>");
        for (var i = 0; i < days.Count; i++)
        {
            var bottom = (double)(Height - Margin);
            foreach (var (count, look) in ((long, string)[])[(days[i].Given, Solid), (days[i].Refused, Hatched), (days[i].Withdrawn, Empty)])
            {
                if (count == 0) continue;
                var (height, x, width) = (room * (double)count / most, Margin + (i * step) + 1, Math.Max(1, step - 2));
                bottom -= height;
                svg.Append(CultureInfo.InvariantCulture, $"<rect {look} x=\"{x:0.##}\" y=\"{bottom:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"/>");
            }
        }

        var highest = days.MaxBy(d => d.All)!;
        return svg.Append("</svg><figcaption><ul class=\"actions\">")
            .Append(Key(Solid, words.Given)).Append(Key(Hatched, words.Refused)).Append(Key(Empty, words.Withdrawn))
            .Append($"</ul><p>{Html.Text(words.Highest.Fill(("n", words.Number(highest.All)), ("day", words.Day(highest.Day))))}</p></figcaption></figure>").ToString();
    }

    private static string Key(string look, string words) =>
        "<li><svg width=\"16\" height=\"16\" viewBox=\"0 0 16 16\" class=\"key\" aria-hidden=\"true\" focusable=\"false\">"
        + $"<rect {look} x=\"1\" y=\"1\" width=\"14\" height=\"14\"/></svg> {Html.Text(words)}</li>";
}
