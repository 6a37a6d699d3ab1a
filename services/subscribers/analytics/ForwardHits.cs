using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Consent.Contracts;

namespace Consent.Analytics;

/// <summary>
/// Posts accepted hits to <c>Analytics:ForwardUrl</c>, one JSON object each, away from the request. Hits are not records: they lie
/// in memory, at most <see cref="Capacity"/> of them, are tried a few times, and are lost with the process or when the target stays away.
/// </summary>
internal sealed class ForwardHits(
    AnalyticsSettings settings, IHttpClientFactory clients, AnalyticsMetrics metrics, TimeProvider time, ILogger<ForwardHits> log)
    : BackgroundService
{
    public const string ClientName = "analytics-forward";
    public const int Capacity = 10_000;
    private const int AtOnce = 4;

    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];
    private readonly Channel<Hit> _accepted = System.Threading.Channels.Channel.CreateBounded<Hit>(Capacity);

    /// <summary>Takes the hit without waiting; else says why not: <c>no-forward-url</c> or <c>queue-full</c>.</summary>
    public bool TryAccept(Hit hit, [NotNullWhen(false)] out string? reason)
    {
        reason = settings.ForwardUrl is null ? "no-forward-url" : _accepted.Writer.TryWrite(hit) ? null : "queue-full";
        return reason is null;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => settings.ForwardUrl is { } target
        ? Parallel.ForEachAsync(
            _accepted.Reader.ReadAllAsync(stoppingToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken },
            async (hit, cancel) => await ForwardAsync(hit, target, cancel))
        : Task.CompletedTask;

    private async Task ForwardAsync(Hit hit, Uri target, CancellationToken cancel)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (done, mayRetry) = await PostAsync(hit, target, cancel);
            if (done)
            {
                metrics.Delivered(hit.Site);
                return;
            }
            if (!mayRetry || attempt == Pauses.Length) break;
            await Task.Delay(Pauses[attempt], time, cancel);
        }
        metrics.Lost(hit.Site);
    }

    private async Task<(bool Done, bool MayRetry)> PostAsync(Hit hit, Uri target, CancellationToken cancel)
    {
        try
        {
            using var body = new ByteArrayContent(ContractJson.Write(hit)) { Headers = { ContentType = new("application/json") } };
            using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = body };
            using var client = clients.CreateClient(ClientName);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return (response.IsSuccessStatusCode, (int)response.StatusCode is >= 500 or 408 or 429);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            log.LogDebug("The analytics target did not take a hit: {Kind}", e.GetType().Name);
            return (false, true);
        }
    }
}
