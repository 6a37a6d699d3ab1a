using System.Text.Json;

namespace Consent.Cli.Scan;

/// <summary>How a site is to be scanned.</summary>
/// <param name="Pages">How many links are followed, at most.</param>
/// <param name="Linger">How long to stay on each page.</param>
/// <param name="OwnHosts">Host names that are the site's own beside the address's.</param>
/// <param name="Asks">The declaration holds something that the banner asks consent for.</param>
internal sealed record ScanOptions(
    Uri Address, int Pages, string? RefuseSelector, string? AcceptSelector, int Width, TimeSpan Timeout, TimeSpan Linger, IReadOnlyList<string> OwnHosts, bool Asks, VendorHosts Vendors);

/// <summary>Goes through a site three times as somebody new: choosing nothing, refusing, accepting.</summary>
/// <param name="say">Is told how far it is.</param>
internal sealed class DriveSite(DevTools tools, ScanOptions options, Action<string> say, TimeProvider time)
{
    private readonly Observations _seen = new();
    private readonly Dictionary<Phase, string> _pictures = [];
    private readonly List<string> _unvisited = [];

    /// <summary>The start page as it came, and after each choice: JPEG in base64.</summary>
    public IReadOnlyDictionary<Phase, string> Pictures => _pictures;

    /// <exception cref="CouldNotScanException">The site did not answer, or its banner was not found.</exception>
    public async Task<Observed> RunAsync(CancellationToken cancel)
    {
        var (pages, asked) = await LookAroundAsync(cancel);
        if (asked)
        {
            await ChooseAsync(Phase.Refused, pages, cancel);
            await ChooseAsync(Phase.Accepted, pages, cancel);
        }

        var start = new Uri(pages[0]);
        string[] own = [start.IdnHost, options.Address.IdnHost, .. options.OwnHosts];
        var registrable = await RegistrableHosts.OfAsync(tools, [.. _seen.Hosts, .. own], cancel);
        var parties = registrable.ToDictionary(r => r.Key, r => options.Vendors.PartyOf(r.Key, r.Value), StringComparer.Ordinal);
        var (stored, thirdParties) = _seen.Told(parties, own.Select(host => parties[host]).ToHashSet(StringComparer.Ordinal));
        return new Observed(start, [.. pages.Select(Short)], asked ? [Phase.Before, Phase.Refused, Phase.Accepted] : [Phase.Before], stored, thirdParties, _unvisited);
    }

    /// <summary>The first visit: finds the pages, and whether there is a banner.</summary>
    private async Task<(List<string> Pages, bool Asked)> LookAroundAsync(CancellationToken cancel)
    {
        await using var tab = await Tab.OpenAsync(tools, options.Width, cancel);
        var collect = new CollectFromTab(tab, _seen, time);
        Tell(Phase.Before, 1, 1 + options.Pages, options.Address.GetLeftPart(UriPartial.Path));
        var start = await StartAsync(tab, options.Linger, cancel);
        _pictures[Phase.Before] = await tab.ScreenshotAsync(cancel);
        await collect.TakeAsync(new Sighting(Phase.Before, Short(start)), cancel);
        var asked = options.Asks || options.RefuseSelector is not null || Yes(await tab.EvaluateAsync(PageScripts.Shows(accept: false, null), cancel));

        var (pages, found, waiting) = (new List<string> { start }, new HashSet<string>(StringComparer.Ordinal) { start }, new Queue<string>());
        await AddLinksAsync();
        for (var tried = 1; tried <= options.Pages && waiting.TryDequeue(out var page); tried++)
        {
            Tell(Phase.Before, tried + 1, Math.Min(1 + options.Pages, tried + 1 + waiting.Count), Short(page));
            var (status, failure) = await tab.VisitAsync(page, options.Timeout, options.Linger, cancel);
            var wrong = Wrong(status, failure);
            if (wrong is null && await AddressAsync(tab, cancel) is { } stands && !SameOrigin(stands, start))
            {
                await collect.PassOverAsync(cancel);
                _unvisited.Add($"{Short(page)}: leads to {new Uri(stands).IdnHost}");
                continue;
            }

            await collect.TakeAsync(new Sighting(Phase.Before, Short(page)), cancel);
            if (wrong is not null) _unvisited.Add($"{Short(page)}: {wrong}");
            else
            {
                pages.Add(page);
                await AddLinksAsync();
            }
        }

        return (pages, asked);

        async Task AddLinksAsync()
        {
            var links = await tab.EvaluateAsync(PageScripts.Links, cancel);
            if (links.ValueKind != JsonValueKind.Array) return;
            foreach (var link in links.EnumerateArray().Select(l => l.GetString()!).Where(found.Add)) waiting.Enqueue(link);
        }
    }

    /// <summary>A visit by somebody else, who answers the banner on the start page and then sees every page.</summary>
    private async Task ChooseAsync(Phase phase, List<string> pages, CancellationToken cancel)
    {
        await using var tab = await Tab.OpenAsync(tools, options.Width, cancel);
        var collect = new CollectFromTab(tab, _seen, time);
        Tell(phase, 1, pages.Count, Short(pages[0]));
        // The first visitor stayed here without a choice; this one chooses at once.
        var start = Short(await StartAsync(tab, TimeSpan.Zero, cancel));
        await collect.TakeAsync(new Sighting(Phase.Before, start), cancel);
        await new AnswerBanner(tab, phase == Phase.Accepted, phase == Phase.Accepted ? options.AcceptSelector : options.RefuseSelector).AnswerAsync(options.Timeout, cancel);
        await new LookAtPage(tab, options.Linger).LookAsync(cancel);
        _pictures[phase] = await tab.ScreenshotAsync(cancel);
        await collect.TakeAsync(new Sighting(phase, start), cancel);
        for (var i = 0; i < pages.Count; i++)
        {
            if (i > 0) Tell(phase, i + 1, pages.Count, Short(pages[i]));
            // The start page once more: what runs as a page loads has not run under this choice.
            var (status, failure) = await tab.VisitAsync(pages[i], options.Timeout, options.Linger, cancel);
            if (Wrong(status, failure) is { } wrong) _unvisited.Add($"{Short(pages[i])}, {In(phase)}: {wrong}");
            await collect.TakeAsync(new Sighting(phase, Short(pages[i])), cancel);
        }
    }

    /// <returns>Where the start page stands, after its redirects.</returns>
    private async Task<string> StartAsync(Tab tab, TimeSpan linger, CancellationToken cancel)
    {
        var (status, failure) = await tab.VisitAsync(options.Address.AbsoluteUri, options.Timeout, linger, cancel);
        if (Wrong(status, failure) is { } wrong)
            throw new CouldNotScanException($"{options.Address.GetLeftPart(UriPartial.Path)} {(failure is null ? wrong : $"could not be reached: {wrong}")}.");
        return await AddressAsync(tab, cancel) is { } stands && stands.StartsWith("http", StringComparison.Ordinal) ? stands : options.Address.AbsoluteUri;
    }

    private static async Task<string?> AddressAsync(Tab tab, CancellationToken cancel) =>
        await tab.EvaluateAsync(PageScripts.Address, cancel) is { ValueKind: JsonValueKind.String } address ? address.GetString() : null;

    private static bool Yes(JsonElement answer) => answer.ValueKind == JsonValueKind.True;

    private static bool SameOrigin(string one, string other) =>
        Uri.TryCreate(one, UriKind.Absolute, out var address) && address.GetLeftPart(UriPartial.Authority) == new Uri(other).GetLeftPart(UriPartial.Authority);

    /// <summary>Path and query: all are of one origin.</summary>
    private static string Short(string page) => new Uri(page).PathAndQuery;

    private static string? Wrong(int? status, string? failure) => failure ?? (status is null ? "gave no page" : status >= 400 ? $"answered {status}" : null);

    private static string In(Phase phase) => ReportTexts.In("en").Phases[(int)phase];

    private void Tell(Phase phase, int page, int of, string address) => say($"{In(phase)}: page {page} of {of}, {address}");
}
