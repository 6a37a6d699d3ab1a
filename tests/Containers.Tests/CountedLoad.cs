using System.Collections.Concurrent;
using System.Diagnostics;
using Consent.System.Tests;
using Consent.Tests.Support;

namespace Consent.Containers.Tests;

/// <summary>
/// People and systems that use everything through the gateway, each on a connection of its own and one request at a time, without ever asking again: what fails, fails,
/// and is remembered with the time at which it was begun.
/// </summary>
internal sealed class CountedLoad : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Who, long Begun, string Error)> _failures = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running;
    private readonly ConcurrentDictionary<string, (long Done, TimeSpan Longest)> _told = new(StringComparer.Ordinal);
    private long _done;

    public CountedLoad(Product product)
    {
        Acknowledged = new Acknowledged(product);
        var site = new Site(product, Product.Sites[0]);
        var banner = product.Client();
        var (visitor, address) = (product.Secrets.Visitor(), product.Secrets.Address());
        var known = site.DecideAsync(visitor, statistics: true);
        _running =
        [
            RepeatAsync("decision", () => Acknowledged.DecideAsync(Product.Sites[0], statistics: true)),
            RepeatAsync("another decision", () => Acknowledged.DecideAsync(Product.Sites[^1], statistics: false)),
            RepeatAsync("state", async () =>
            {
                await known;
                await site.StatusAsync(visitor, "statistics");
            }),
            RepeatAsync("banner", async () =>
            {
                using var answer = await banner.GetAsync(new Uri($"/banner/{Product.Sites[0]}.js", UriKind.Relative));
                answer.EnsureSuccessStatusCode();
            }),
            RepeatAsync("newsletter", () => site.PermitsAsync("newsletter", visitor, "statistics")),
            RepeatAsync("analytics", () => site.PermitsAsync("analytics", visitor, "statistics")),
            RepeatAsync("marketing", () => site.MaySendAsync(address)),
            RepeatAsync("audit", site.SomeReceiptsAsync),
        ];
    }

    /// <summary>Every decision that was answered with its receipt.</summary>
    public Acknowledged Acknowledged { get; }

    /// <summary>How many requests can be on their way at once.</summary>
    public int Connections => _running.Count;

    public IReadOnlyList<(string Who, long Begun, string Error)> Failures => [.. _failures];

    /// <summary>How many each had answered, and the longest that one took.</summary>
    public string Told => string.Join("; ", _told.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key} {t.Value.Done}, at most {t.Value.Longest.TotalSeconds:0.0} s"));

    /// <summary>Waits until so many more are answered.</summary>
    public Task MoreAsync(int more)
    {
        var reached = Interlocked.Read(ref _done) + more;
        return Eventually.IsSoAsync($"{more} more requests are answered", () => Task.FromResult(Interlocked.Read(ref _done) >= reached));
    }

    /// <summary>Waits for what is on its way. Once is enough.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RepeatAsync(string who, Func<Task> request)
    {
        while (!_stop.IsCancellationRequested)
        {
            var begun = Stopwatch.GetTimestamp();
            try
            {
                await request();
                Interlocked.Increment(ref _done);
                var took = Stopwatch.GetElapsedTime(begun);
                _told.AddOrUpdate(who, _ => (1, took), (_, before) => (before.Done + 1, took > before.Longest ? took : before.Longest));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                _failures.Enqueue((who, begun, e.Message));
            }
            // A pace, not a wait: so that what is checked in the end is some hundreds of decisions.
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
    }
}
