using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>
/// Visitors who decide up to five times in a row, and readers who opt out with one click, from many connections at once. Each
/// repeats a request under its idempotency key until it is answered, as the banner does; so what a person said last is known exactly.
/// </summary>
public sealed class Clients(Product product, Journal journal, int seed) : IAsyncDisposable
{
    private const int Connections = 12;
    private const double OptOutsAmongPersons = 0.15;
    private readonly CancellationTokenSource _noMore = new();
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Dictionary<string, SampleSite> _sites = new(StringComparer.Ordinal);
    private Task _load = Task.CompletedTask;
    private volatile int _perSecond;

    /// <summary>How many answers a second are wanted; the connections wait in between.</summary>
    public int PerSecond { get => _perSecond; set => _perSecond = value; }

    public async Task StartAsync(int perSecond)
    {
        _perSecond = perSecond;
        foreach (var site in Product.Sites) _sites[site] = await SampleSite.ReadAsync(product, site);
        var trusted = new AuthenticationHeaderValue("Bearer", product.Token("marketing"));
        _load = Task.WhenAll(Enumerable.Range(0, Connections).Select(n => Task.Run(() => LiveAsync(new Random(seed + n), trusted))));
    }

    /// <summary>No new persons come; those under way say what they have to say. Throws when one is not answered in time.</summary>
    public async Task StopAsync(TimeSpan within)
    {
        await _noMore.CancelAsync();
        _giveUp.CancelAfter(within);
        await _load;
        if (_giveUp.IsCancellationRequested) throw new TimeoutException($"Somebody was not answered within {within.TotalSeconds:0} s after the last fault was mended.");
    }

    public async ValueTask DisposeAsync()
    {
        await _noMore.CancelAsync();
        await _giveUp.CancelAsync();
        await _load;
        _noMore.Dispose();
        _giveUp.Dispose();
    }

    private async Task LiveAsync(Random random, AuthenticationHeaderValue trusted)
    {
        using var http = new HttpClient { BaseAddress = product.Gateway, Timeout = TimeSpan.FromSeconds(10) };
        while (!_noMore.IsCancellationRequested)
        {
            var site = _sites[Product.Sites[random.Next(Product.Sites.Count)]];
            try
            {
                if (random.NextDouble() < OptOutsAmongPersons) await OptOutAsync(http, random, site, trusted);
                else await DecideAsync(http, random, site);
            }
            catch (OperationCanceledException) when (_giveUp.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task DecideAsync(HttpClient http, Random random, SampleSite site)
    {
        var subject = RandomId.New();
        var held = 0L;
        for (var times = random.Next(1, 6); times > 0; times--)
        {
            var (statistics, media, key) = (random.Next(2) == 0, random.Next(2) == 0, RandomId.New());
            var decision = new
            {
                subjectId = subject,
                heldVersion = held,
                purposes = new Dictionary<string, bool> { ["statistics"] = statistics, ["media"] = media },
                declaration = site.Hash,
                language = "nl",
                action = "save",
                source = "banner",
            };
            var answer = await AnsweredAsync(http, random, HttpStatusCode.Created, () => new HttpRequestMessage(HttpMethod.Post, $"/v1/sites/{site.Id}/decisions")
            {
                Content = JsonContent.Create(decision),
                Headers = { { "Idempotency-Key", key } },
            });
            if (answer is null) return;
            held = (long)answer["version"]!;
            journal.Add(new DecisionAcknowledged(site.Id, subject, (string)answer["id"]!, (int)answer["epoch"]!, held, statistics, media));
        }
    }

    private async Task OptOutAsync(HttpClient http, Random random, SampleSite site, AuthenticationHeaderValue trusted)
    {
        var address = $"reader-{RandomId.New()}@example.org";
        var optIn = new { address, topic = site.Topic, confirmedAt = TimeProvider.System.GetUtcNow(), source = "back-office" };
        if (await AnsweredAsync(http, random, HttpStatusCode.Created, () => Trusted("subscriptions", optIn)) is null) return;
        if (await AnsweredAsync(http, random, HttpStatusCode.OK, () => Trusted("links", new { addresses = new[] { address }, topic = site.Topic })) is not { } links) return;
        var path = new Uri((string)links["links"]![0]!["url"]!).AbsolutePath;
        var done = await AnsweredAsync(http, random, HttpStatusCode.OK, () => new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]),
        });
        if (done is not null) journal.Add(new OptOutAcknowledged(site.Id, address));

        HttpRequestMessage Trusted(string what, object body) => new(HttpMethod.Post, $"/v1/sites/{site.Id}/marketing/{what}")
        {
            Content = JsonContent.Create(body),
            Headers = { Authorization = trusted },
        };
    }

    /// <summary>Asks again and again until it is answered as wanted: then what was answered, empty if that is no JSON. Null when it was refused for good.</summary>
    private async Task<JsonObject?> AnsweredAsync(HttpClient http, Random random, HttpStatusCode wanted, Func<HttpRequestMessage> make)
    {
        while (true)
        {
            var clock = Stopwatch.StartNew();
            _giveUp.Token.ThrowIfCancellationRequested();
            try
            {
                using var request = make();
                using var answer = await http.SendAsync(request, _giveUp.Token);
                var text = await answer.Content.ReadAsStringAsync(_giveUp.Token);
                await PaceAsync(clock);
                if (answer.StatusCode == wanted) return text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [];
                // What is away, or not yet signed in at, comes back; anything else is the product's own refusal.
                if ((int)answer.StatusCode is not (>= 500 or 429 or 401))
                {
                    journal.Refused($"{(int)answer.StatusCode} {(text.StartsWith('{') ? JsonNode.Parse(text)!["type"] : null)}");
                    return null;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !_giveUp.IsCancellationRequested))
            {
                // No answer: it may have happened or not.
            }
            journal.WasUnanswered();
            await Task.Delay(random.Next(50, 250));
        }
    }

    /// <summary>So that all connections together ask as often as is wanted; it waits for no condition.</summary>
    private async Task PaceAsync(Stopwatch since)
    {
        var rest = TimeSpan.FromSeconds((double)Connections / _perSecond) - since.Elapsed;
        if (rest > TimeSpan.Zero) await Task.Delay(rest);
    }
}
