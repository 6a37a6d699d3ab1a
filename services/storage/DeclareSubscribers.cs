using Consent.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Storage;

/// <summary>Enters the subscribers of the configuration into the registry before anything is published: see <see cref="RelayOptions.Declared"/>.</summary>
internal sealed class DeclareSubscribers(DeliveryLedger ledger, RelayOptions options, TimeProvider time, ILogger<DeclareSubscribers> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var one in options.Declared)
        {
            var declared = new SubscriberAnnounced(RandomId.New(), one.Name, one.Kinds, false, time.Now(), one.Purposes);
            await LogAtStart.WaitAsync(async _ => await ledger.DeclareAsync(declared), logger, cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
