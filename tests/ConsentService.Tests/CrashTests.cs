using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>
/// The service as a process of its own, killed while many clients decide: nothing acknowledged is lost, nothing is half there. As
/// often as <c>CONSENT_CRASHES</c> says, five times unless set.
/// </summary>
public sealed class CrashTests : IAsyncLifetime
{
    private const int Clients = 32;
    private readonly ServedConsent _served = new();

    public ValueTask InitializeAsync() => _served.PrepareAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task KilledUnderLoad_NothingAcknowledgedIsLost_AndNothingIsHalfThere()
    {
        var crashes = int.Parse(Environment.GetEnvironmentVariable("CONSENT_CRASHES") ?? "5", CultureInfo.InvariantCulture);
        var acknowledged = new ConcurrentDictionary<string, Receipt>();
        for (var crash = 1; crash <= crashes; crash++)
        {
            var before = acknowledged.Count;
            await _served.StartAsync();
            using var stop = new CancellationTokenSource();
            var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(() => DecideAsync(acknowledged, stop.Token))));
            var enough = before + Random.Shared.Next(50, 400);
            await Eventually.IsSoAsync($"{enough} are acknowledged", () => Task.FromResult(acknowledged.Count >= enough), TimeSpan.FromSeconds(60), _served.Process.LastLines);
            await _served.Process.Kill9Async();
            await stop.CancelAsync();
            await load;
        }

        await _served.IsThereAsync(acknowledged.Values);
        Console.WriteLine($"{crashes} crashes, {acknowledged.Count} decisions acknowledged, all there.");
    }

    private async Task DecideAsync(ConcurrentDictionary<string, Receipt> acknowledged, CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = _served.Process.Address };
        while (!stop.IsCancellationRequested)
        {
            var subject = RandomId.New();
            // Three decisions of one person, each on top of the one before.
            for (var held = 0; held < 3 && !stop.IsCancellationRequested; held++)
            {
                try
                {
                    using var answer = await http.PostAsJsonAsync("/v1/sites/test-site/decisions", _served.Choice(subject, held, held % 2 == 0), ContractJson.Options, stop);
                    if (answer.StatusCode != HttpStatusCode.Created) return;
                    var receipt = ContractJson.Read<Receipt>(await answer.Content.ReadAsByteArrayAsync(stop));
                    acknowledged[receipt.Id] = receipt;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
                {
                    return;
                }
            }
        }
    }
}
