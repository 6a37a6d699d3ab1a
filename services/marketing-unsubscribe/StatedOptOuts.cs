using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <param name="Topic">Null for everything.</param>
/// <param name="Cause"><see cref="TopicEntry.Bounced"/> or <see cref="TopicEntry.Complained"/>, either of which ends everything; null for the person's own word.</param>
/// <param name="At">When it was said there; null for now.</param>
internal sealed record StatedOptOut(string? Topic, string Action, string? Cause, DateTimeOffset? At);

/// <summary>
/// Opt-outs that were made elsewhere, by the word of the controller's own system. Each is recorded, unless the person confirmed an opt-in here after
/// the moment at which it was said there: a confirmation lifts what was said before it, wherever that was. One of everything is recorded in any case, as of
/// that moment: it is about what was not confirmed since too, and about what is yet to be declared.
/// </summary>
internal sealed class StatedOptOuts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent,
    AddressStreams addresses, OptOuts optOuts, MarketingLog log, SamePersonNotes same, TimeProvider time)
{
    public const string Suppressed = "suppressed";

    /// <summary>What was confirmed since stands; what else an opt-out of everything ended is suppressed.</summary>
    public const string ConfirmedSince = "confirmed-since";

    /// <summary>Two systems' clocks are less apart. What was said so shortly before a confirmation counts: a "no" must not be lost by a clock.</summary>
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(1);

    /// <param name="person">Its topic does not matter.</param>
    public async Task<string> TakeAsync(UnsubscribeLink person, StatedOptOut stated, CancellationToken cancel)
    {
        var inForce = declarations.InForce(person.Site)?.Declaration;
        var declared = TopicOnChannel.AllOf(inForce).Select(topic => topic.Id).ToList();
        var confirmed = stated.At is { } at ? await ConfirmedSinceAsync(person, stated.Topic is null ? declared : [stated.Topic, .. declared], at, cancel) : [];
        if (stated.Topic is { } topic && stated.Cause is null)
        {
            if (confirmed.ContainsKey(topic)) return ConfirmedSince;
            await optOuts.HonourAsync(person with { Topic = topic }, stated.Action, cancel);
            return Suppressed;
        }

        var all = person with { Topic = MarketingRecord.Everything };
        if (stated.Cause is null) await EndOfOthersAsync(all, stated, MarketingEvents.OfEverything(inForce), cancel);
        if (confirmed.Count > 0)
        {
            var rest = declared.Where(id => !confirmed.ContainsKey(id)).ToList();
            await EndTheRestAsync(all, stated, rest, confirmed, MarketingEvents.OfEverything(inForce), cancel);
            return ConfirmedSince;
        }

        // In the place of the status, which the other system does not tell.
        if (stated.Cause is TopicEntry.Bounced) await optOuts.BounceAsync(all, new DeliveryReport(ReportKind.Bounce, Hard: true, stated.Action, all.Address, Token: null), cancel);
        else if (stated.Cause is TopicEntry.Complained) await optOuts.ComplainAsync(all, cancel, stated.Action);
        else await optOuts.HonourAllAsync(all, stated.Action, cancel);
        return Suppressed;
    }

    /// <summary>What was confirmed since stands under each id under which everything ends: it lifts that "no" there as it would have, had it been heard at once.</summary>
    private async Task EndTheRestAsync(
        UnsubscribeLink all, StatedOptOut stated, List<string> rest, Dictionary<string, Confirmed> confirmed, IReadOnlyList<string> purposes, CancellationToken cancel)
    {
        // The address works again; a complaint is about the rest as well.
        if (stated.Cause is not TopicEntry.Bounced && rest is [var other, ..]) await optOuts.HonourAsync(all with { Topic = other }, stated.Action, cancel, rest);
        var first = confirmed.Values.First().SubjectId;
        foreach (var subject in stated.Cause is TopicEntry.Bounced ? [first] : await KnownAsync(all, first, cancel))
        {
            await log.AppendAsync(
                all.Site, subject,
                (newest, id) => OptOutDecisions.OptOutAsOf(newest, all, subject, stated.Action, id, time.Now(), stated.At!.Value, stated.Cause, purposes), cancel);
            foreach (var (topic, since) in confirmed)
            {
                await log.AppendAsync(
                    all.Site, subject,
                    (newest, id) => MarketingDecisions.Standing(newest?.Topics, topic) is { Status: TopicStatus.Suppressed } entry && MarketingDecisions.TakesEffect(entry, since.Proof)
                        ? MarketingDecisions.OptIn(newest, all.Site, subject, topic, since.Proof, id, time.Now())
                        : null, cancel);
            }
        }
    }

    /// <summary>That id of the address, and each other one by which it is known, here or in the consent service; while receipts are missing, by any.</summary>
    private async Task<IReadOnlyList<string>> KnownAsync(UnsubscribeLink person, string first, CancellationToken cancel)
    {
        var ring = addresses.RingOf(person.Controller);
        if (ring.Count == 1) return [first];
        var isLoaded = consent.IsLoadedFor(person.Site);
        var streams = await addresses.FindAsync(ring, person.Site, person.Address, cancel);
        var (held, unreadable) = consent.ReadNewestOf(person.Site, streams.Select(s => s.SubjectId));
        var others = streams.Where(s => s.SubjectId != first && (!isLoaded || s.Newest is not null || held.ContainsKey(s.SubjectId) || unreadable.Contains(s.SubjectId)));
        return [first, .. others.Select(s => s.SubjectId)];
    }

    /// <summary>What the person said of everything is about whatever else he is known by: see <see cref="SamePerson"/>.</summary>
    private async Task EndOfOthersAsync(UnsubscribeLink all, StatedOptOut stated, IReadOnlyList<string> purposes, CancellationToken cancel)
    {
        foreach (var other in await same.OthersAsync(all.Site, addresses.RingOf(all.Controller).AddressIds(all.Address), cancel))
        {
            await log.AppendAsync(
                all.Site, other.SubjectId,
                (newest, id) => stated.At is { } at
                    ? OptOutDecisions.OptOutAsOf(newest, all, other.SubjectId, stated.Action, id, time.Now(), at, null, purposes)
                    : OptOutDecisions.OptOut(newest, all, other.SubjectId, stated.Action, id, time.Now(), purposes: purposes), cancel);
        }
    }

    /// <summary>Each topic that was.</summary>
    private async Task<Dictionary<string, Confirmed>> ConfirmedSinceAsync(UnsubscribeLink person, IEnumerable<string> topics, DateTimeOffset at, CancellationToken cancel)
    {
        var found = new Dictionary<string, Confirmed>(StringComparer.Ordinal);
        var streams = await addresses.FindAsync(addresses.RingOf(person.Controller), person.Site, person.Address, cancel);
        foreach (var topic in topics)
        {
            foreach (var stream in streams)
            {
                if (stream.Entry(topic) is { Status: TopicStatus.Subscribed, Proof: { Permits: true, LiftsUpTo: { } lifts } proof } && lifts > at + ClocksApart)
                    found.TryAdd(topic, new Confirmed(stream.SubjectId, proof));
            }
        }
        return found;
    }

    /// <param name="SubjectId">The id of the address under which it is known so.</param>
    private sealed record Confirmed(string SubjectId, OptInProof Proof);
}
