using Consent.Contracts;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <param name="AsOf">Of when this tells: later than all that it tells of.</param>
/// <param name="Decisions">May each be sent, by the ids of <see cref="ChannelTopic"/>: all that the site declares.</param>
/// <param name="Frequencies">By topic, the id of what was chosen.</param>
/// <param name="IsEverythingStopped">By the person's own word, for good; single topics he may have subscribed to since.</param>
/// <param name="IsObjected">That word was, or had been before, an objection.</param>
/// <param name="IsLoaded">False while what the consent service holds is being loaded: until then nothing is sent, whatever stands here.</param>
internal sealed record PreferenceState(
    DateTimeOffset AsOf, IReadOnlyDictionary<string, SendDecision> Decisions, IReadOnlyDictionary<string, string> Frequencies, bool IsEverythingStopped,
    bool IsObjected, bool IsLoaded)
{
    public IEnumerable<string> Subscribed => Decisions.Where(d => d.Value.Permitted).Select(d => d.Key);

    public bool IsNothing => IsEverythingStopped && !Subscribed.Any();

    public PreferenceStanding StandingOf(string id) => Decisions.TryGetValue(id, out var decision) ? PreferenceDecisions.StandingOf(decision) : PreferenceStanding.Never;
}

/// <summary>What holds for an address, as a check would have it, to be told to its owner alone. Reads only.</summary>
internal sealed class PreferenceStates(
    AddressStreams addresses, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent,
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, ChannelRules rules, TimeProvider time)
{
    /// <summary>Throws <see cref="ReceiptUnreadableException"/> where that cannot be known just now.</summary>
    public async Task<PreferenceState> ReadAsync(PublishedDeclaration inForce, string address, CancellationToken cancel)
    {
        // Before the receipts are read.
        var (declaration, now, isLoaded) = (inForce.Declaration, time.Now(), consent.IsLoadedFor(inForce.Declaration.Site));
        var streams = await addresses.FindAsync(addresses.RingOf(declaration.Controller.Id), declaration.Site, address, cancel);
        var (receipts, unreadable) = consent.ReadNewestOf(declaration.Site, streams.Select(s => s.SubjectId));
        var before = await addresses.FindFormerAsync(declaration.Site, address, cancel);
        var (former, unknown) = consent.ReadNewestOf(declaration.Site, before.Select(s => s.SubjectId));
        if (unreadable.Count > 0 || unknown.Count > 0) throw new ReceiptUnreadableException();

        var (decisions, frequencies) = (new Dictionary<string, SendDecision>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var topic in declaration.Topics)
        {
            foreach (var id in ChannelTopic.Of(topic).Select(on => on.Id))
            {
                decisions[id] = MaySend.Decide(
                    [.. streams.Select(s => s.Entry(id)).OfType<TopicEntry>()], [.. receipts.Values], inForce, id, now, isRelated: streams.Any(s => s.IsRelated),
                    called: ContactAddress.CountryOf(address), rules: rules, former: FormerNo.Of(before, former, declaration, id));
            }
            if (PreferenceDecisions.FrequencyOf(topic, streams) is { } chosen) frequencies[topic.Id] = chosen;
        }

        // What can still be taken back where it was pressed is offered here too: said again, it is final.
        var all = streams.Select(s => s.Newest?.Topics.GetValueOrDefault(MarketingRecord.Everything)).OfType<TopicEntry>()
            .Where(entry => entry is { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced } && entry.IsFinal(now)).MaxBy(entry => entry.At);
        var newest = streams.SelectMany(s => s.Newest?.Topics.Values ?? []).Max(entry => (DateTimeOffset?)entry.At);
        var isObjected = all is not null && await IsObjectedAsync(declaration.Site, streams, cancel);
        return new PreferenceState(newest is { } last && last >= now ? last.AddMilliseconds(1) : now, decisions, frequencies, all is not null, isObjected, isLoaded);
    }

    private async Task<bool> IsObjectedAsync(string site, IReadOnlyList<AddressStream> streams, CancellationToken cancel)
    {
        foreach (var stream in streams)
        {
            var history = await log.HistoryAsync(MarketingRecord.Stream(site, stream.SubjectId), cancel);
            if (history.Any(record => record.Kind == MarketingRecord.Unsubscribed && record.Read<MarketingRecord>().Action == PreferenceDecisions.Objection)) return true;
        }
        return false;
    }
}
