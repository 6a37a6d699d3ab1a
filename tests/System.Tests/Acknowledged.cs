using System.Collections.Concurrent;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>
/// Decides and opts out, and remembers what was acknowledged: a 201 or a 200. What was not answered may have happened or not, and is
/// not remembered. Afterwards nothing remembered may be missing anywhere.
/// </summary>
public sealed class Acknowledged(Product product)
{
    private readonly Dictionary<string, Site> _sites = Product.Sites.ToDictionary(id => id, id => new Site(product, id), StringComparer.Ordinal);
    private readonly ConcurrentQueue<(string Site, string Visitor, bool Statistics, string Receipt)> _decisions = new();
    private readonly ConcurrentQueue<(string Site, string Address)> _optOuts = new();
    private readonly ConcurrentQueue<(string Site, string Address, string Link)> _links = new();

    public int Count => _decisions.Count + _optOuts.Count;

    public async Task DecideAsync(string site, bool statistics)
    {
        var visitor = product.Secrets.Visitor();
        var receipt = await _sites[site].DecideAsync(visitor, statistics);
        _decisions.Enqueue((site, visitor, statistics, (string)receipt["id"]!));
    }

    /// <summary>A reader who has a mail with an opt-out link in it.</summary>
    public async Task PrepareReaderAsync(string site)
    {
        var address = product.Secrets.Address();
        await _sites[site].SubscribeAsync(address);
        _links.Enqueue((site, address, await _sites[site].LinkAsync(address)));
    }

    /// <summary>One of the prepared readers opts out; with no answer the link stays for another attempt.</summary>
    public async Task OptOutAsync()
    {
        if (!_links.TryDequeue(out var reader)) return;
        try
        {
            await _sites[reader.Site].OneClickAsync(reader.Link);
            _optOuts.Enqueue((reader.Site, reader.Address));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            _links.Enqueue(reader);
            throw;
        }
    }

    /// <summary>Decides and opts out all the time; what fails in a kill was not acknowledged.</summary>
    public async Task LoadAsync(CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await DecideAsync(Product.Sites[i % Product.Sites.Count], statistics: i % 2 == 0);
                if (i % 4 == 0) await OptOutAsync();
                await Task.Delay(50, CancellationToken.None);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                await Task.Delay(100, CancellationToken.None);
            }
        }
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public Task MoreAsync(int more, string when)
    {
        var reached = Count + more;
        return Eventually.IsSoAsync($"{more} are acknowledged {when}", () => Task.FromResult(Count >= reached));
    }

    /// <summary>The log, both subscribers, marketing and the trace hold everything that was acknowledged.</summary>
    public async Task NothingIsMissingAsync()
    {
        foreach (var (id, visitor, statistics, receipt) in _decisions)
        {
            var site = _sites[id];
            Assert.Contains(receipt, await site.ReceiptsOfAsync(visitor));
            foreach (var subscriber in (string[])["newsletter", "analytics"])
            {
                await Eventually.IsSoAsync($"{subscriber} knows a decision at {id}",
                    async () => await site.PermitsAsync(subscriber, visitor, "statistics") == statistics, TimeSpan.FromSeconds(120));
            }
            await site.TracedAsync(receipt, "newsletter", "analytics");
        }
        foreach (var (id, address) in _optOuts) Assert.Equal((false, "suppressed"), await _sites[id].MaySendAsync(address));
        foreach (var readers in _optOuts.GroupBy(o => o.Site))
        {
            var (site, topic) = (_sites[readers.Key], await _sites[readers.Key].TopicAsync());
            IReadOnlyList<string> receipts = [];
            await Eventually.IsSoAsync($"audit holds the receipts of {readers.Count()} opt-outs at {site.Id}",
                async () => (receipts = await site.OptOutReceiptsAsync()).Count >= readers.Count(), TimeSpan.FromSeconds(120), () => $"It holds {receipts.Count}.");
            foreach (var receipt in receipts)
            {
                var subject = (string)(await site.TracedAsync(receipt, "newsletter", "analytics"))["receipt"]!["subjectId"]!;
                foreach (var subscriber in (string[])["newsletter", "analytics"])
                    Assert.False(await site.PermitsAsync(subscriber, subject, topic), $"{subscriber} would still mail at {site.Id}.");
            }
        }
    }
}
