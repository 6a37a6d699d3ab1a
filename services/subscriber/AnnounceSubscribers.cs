using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>What one registration listens to; a service's announcement unites all of its registrations.</summary>
/// <param name="State">Of a subscriber that loads what was before it came.</param>
internal sealed record Announcement(
    string Service, IReadOnlyList<string> Kinds, bool EveryVersion, IReadOnlyList<string>? Purposes = null, Func<IServiceProvider, SubscriberState>? State = null);

/// <summary>
/// Announces every subscriber of this process at its start and then every <c>Subscriber:AnnounceEvery</c> (a time span, 5 seconds
/// unless set). Whoever stays silent is taken to be away; a failed announcement is simply followed by the next.
/// </summary>
internal sealed class AnnounceSubscribers(
    IEnumerable<Announcement> announcements, IServiceProvider provider, IEventTransport transport, IConfiguration configuration, TimeProvider time,
    ILogger<AnnounceSubscribers> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("Subscriber:AnnounceEvery", TimeSpan.FromSeconds(5)), time);
        do
        {
            try
            {
                await transport.PublishAsync([.. Of(announcements, provider, time.Now()).Select(e => OutgoingEvent.Of(e))], stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogDebug(e, "The announcement of this process's subscribers was not sent; the next one follows.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One announcement for each service, with the kinds of all its registrations.</summary>
    internal static IEnumerable<SubscriberAnnounced> Of(IEnumerable<Announcement> announcements, IServiceProvider provider, DateTimeOffset now) =>
        from a in announcements
        group a by a.Service into service
        let states = service.Where(a => a.State is not null).ToList()
        select new SubscriberAnnounced(
            RandomId.New(), service.Key, [.. service.SelectMany(a => a.Kinds).Distinct().Order(StringComparer.Ordinal)],
            service.Any(a => a.EveryVersion), now, service.Select(a => a.Purposes).FirstOrDefault(p => p is not null),
            states.Count == 0 ? null : states.TrueForAll(a => a.State!(provider).IsLoaded));
}
