using Consent.Contracts;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage;

/// <summary>Enters the subscribers of the configuration into the registry before anything is published: see <see cref="RelayOptions.Declared"/>.</summary>
internal sealed class DeclareSubscribers(DeliveryLedger ledger, RelayOptions options, TimeProvider time) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var one in options.Declared)
            await ledger.DeclareAsync(new SubscriberAnnounced(RandomId.New(), one.Name, one.Kinds, false, time.Now(), one.Purposes));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
