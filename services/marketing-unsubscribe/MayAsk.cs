using Consent.Contracts;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Whether an address may be sent a confirmation mail that somebody asks for: not where nothing is left to be confirmed; and to whom wants nothing any more,
/// complained or was erased, one in a month at most, since most likely it is not he who asks.
/// </summary>
public sealed class MayAsk(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log,
    ChannelRules rules)
{
    public static readonly TimeSpan AfterANo = TimeSpan.FromDays(30);

    /// <param name="former">Those of <see cref="AddressStreams.FindFormerAsync"/>.</param>
    public async Task<bool> DecideAsync(
        PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams, IReadOnlyList<AddressStream> former, string topic, DateTimeOffset now, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(streams);
        return !IsConfirmed(inForce, streams, former, topic, now) && !await WasAskedAfterANoAsync(inForce.Declaration.Site, [.. streams, .. former], now, cancel);
    }

    /// <summary>It may be sent the topic, on a confirmed opt-in.</summary>
    private bool IsConfirmed(PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams, IReadOnlyList<AddressStream> former, string topic, DateTimeOffset now)
    {
        List<TopicEntry> own = [.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()];
        var (receipts, unreadable) = consent.ReadNewestOf(inForce.Declaration.Site, streams.Select(s => s.SubjectId));
        var (before, unknown) = consent.ReadNewestOf(inForce.Declaration.Site, former.Select(s => s.SubjectId));
        var saidBefore = FormerNo.Of(former, before, inForce.Declaration, topic);
        return MaySend.Decide(own, [.. receipts.Values], inForce, topic, now, unreadable.Count + unknown.Count > 0, rules: rules, former: saidBefore).Permitted
            && own.Exists(entry => entry.Proof?.OwnWord?.ConfirmedAt is not null);
    }

    /// <summary>A mail that comes back is no word of the person.</summary>
    private async Task<bool> WasAskedAfterANoAsync(string site, IReadOnlyList<AddressStream> streams, DateTimeOffset now, CancellationToken cancel)
    {
        var no = streams.Select(s => s.Newest?.Topics.GetValueOrDefault(MarketingRecord.Everything))
            .Where(all => all is { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced }).Max(all => all?.At);
        if (no is null) return false;
        var since = no > now - AfterANo ? no.Value : now - AfterANo;
        foreach (var stream in streams)
        {
            var history = await log.HistoryAsync(MarketingRecord.Stream(site, stream.SubjectId), cancel);
            if (history.Any(record => record.Kind == MarketingRecord.Attempted && record.RecordedAt > since && record.Read<MarketingRecord>().Proof?.MailHash is not null))
                return true;
        }
        return false;
    }
}
