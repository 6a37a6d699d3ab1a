using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Consent.MarketingUnsubscribe.Tests;
using Consent.Tests.Support;
using Consent.UnsubscribeLinks;

namespace Consent.Benchmarks;

/// <summary>The pages of links that do not open, whatever is wrong with them: one at a time, each kind in its turn, so that what disturbs the machine disturbs all.</summary>
internal static class BadLinks
{
    private const int Pages = 1000;
    private const int CutOff = 5;

    /// <param name="key">Of the site.</param>
    public static async Task<Figure> MeasureAsync(Plan plan, ServiceProcess marketing, LinkKey key)
    {
        var kinds = KindsOf(key);
        using var http = new HttpClient { BaseAddress = marketing.Address };
        var ratios = new List<double[]>();
        // The first is for the compiler and the caches.
        for (var round = 0; round <= plan.Rounds; round++)
        {
            var medians = await MediansAsync(http, kinds);
            if (round > 0) ratios.Add([.. medians.Select(median => median / medians[0])]);
        }

        var middle = Enumerable.Range(0, kinds.Length).Select(kind => ratios.Select(round => round[kind]).Order().ElementAt(ratios.Count / 2)).ToList();
        Console.WriteLine($"Bad links, their time against a forged one's: {string.Join(", ", kinds.Zip(middle, (kind, ratio) => string.Create(CultureInfo.InvariantCulture, $"{kind.What} {ratio:0.000}")))}");
        return new("bad links: the farthest from the time of a forged one", middle.Max(ratio => Math.Abs(ratio - 1)), 0.1, false, "", $"{plan.Rounds} rounds, medians of {Pages:n0} pages each");
    }

    /// <summary>The first is what the others are held against.</summary>
    private static (string What, string Path)[] KindsOf(LinkKey key)
    {
        var link = new UnsubscribeLink(key.Controller, key.Site, Marketing.Topic, "reader@example.org");
        var token = LinkToken.Seal(key, link);
        var claimed = LinkKey.Parse(key.Export().Replace($":{key.Site}:", ":another-site:", StringComparison.Ordinal));
        var forged = Base64Url.DecodeFromChars(token);
        forged[^1] ^= 1;
        return
        [
            ("forged", $"/u/{Base64Url.EncodeToString(forged)}"),
            ("cut", $"/u/{token[..^CutOff]}"),
            ("another site's scope", $"/u/{LinkToken.Seal(claimed, link with { Site = claimed.Site })}"),
            ("another site within", $"/u/{ForeignToken.Of(key, link)}"),
            ("no token", "/u/"),
        ];
    }

    /// <returns>Of each kind, in microseconds.</returns>
    private static async Task<double[]> MediansAsync(HttpClient http, (string What, string Path)[] kinds)
    {
        var took = kinds.Select(_ => new List<double>(Pages)).ToArray();
        string? page = null;
        for (var turn = 0; turn < Pages * kinds.Length; turn++)
        {
            // Each kind follows upon each other one.
            var kind = (turn + (turn / kinds.Length)) % kinds.Length;
            var began = Stopwatch.GetTimestamp();
            using var answer = await http.GetAsync(kinds[kind].Path);
            took[kind].Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            var text = await answer.Content.ReadAsStringAsync();
            page ??= text;
            if (answer.StatusCode is not HttpStatusCode.NotFound || text != page) throw new InvalidOperationException($"A bad link ({kinds[kind].What}) was answered otherwise than the others.");
        }
        return [.. took.Select(times => times.Order().ElementAt(Pages / 2))];
    }
}
