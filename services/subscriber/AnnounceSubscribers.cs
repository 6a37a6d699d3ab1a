using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.Subscriber;

/// <summary>What one registration listens to; a service's announcement unites all of its registrations.</summary>
internal sealed record Announcement(string Service, IReadOnlyList<string> Kinds, bool EveryVersion);

/// <summary>
/// Announces every subscriber of this process at its start and then every <c>Subscriber:AnnounceEvery</c> (a time span, 5 seconds
/// unless set). Whoever stays silent is taken to be away; a failed announcement is simply followed by the next.
/// </summary>
internal sealed class AnnounceSubscribers(
    IEnumerable<Announcement> announcements, IEventTransport transport, IConfiguration configuration, TimeProvider time,
    ILogger<AnnounceSubscribers> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("Subscriber:AnnounceEvery", TimeSpan.FromSeconds(5)), time);
        do
        {
            try
            {
                await transport.PublishAsync([.. Of(announcements, time.Now()).Select(e => OutgoingEvent.Of(e))], stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                log.LogDebug(e, "The announcement of this process's subscribers was not sent; the next one follows.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>One announcement for each service, with the kinds of all its registrations.</summary>
    internal static IEnumerable<SubscriberAnnounced> Of(IEnumerable<Announcement> announcements, DateTimeOffset now) =>
        from a in announcements
        group a by a.Service into service
        select new SubscriberAnnounced(
            RandomId.New(), service.Key, [.. service.SelectMany(a => a.Kinds).Distinct().Order(StringComparer.Ordinal)],
            service.Any(a => a.EveryVersion), now);
}
