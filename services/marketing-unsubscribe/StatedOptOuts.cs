using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <param name="Topic">Null for everything.</param>
/// <param name="Cause"><see cref="TopicEntry.Bounced"/> or <see cref="TopicEntry.Complained"/>, either of which ends everything; null for the person's own word.</param>
/// <param name="At">When it was said there; null for now.</param>
internal sealed record StatedOptOut(string? Topic, string Action, string? Cause, DateTimeOffset? At);

/// <summary>
/// Opt-outs that were made elsewhere, by the word of the controller's own system. Each is recorded, unless the person confirmed an opt-in here after
/// the moment at which it was said there: a confirmation lifts what was said before it, wherever that was.
/// </summary>
internal sealed class StatedOptOuts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, AddressStreams addresses, OptOuts optOuts)
{
    public const string Suppressed = "suppressed";

    /// <summary>What was confirmed since stands; what else an opt-out of everything ended is suppressed.</summary>
    public const string ConfirmedSince = "confirmed-since";

    /// <summary>Two systems' clocks are less apart. What was said so shortly before a confirmation counts: a "no" must not be lost by a clock.</summary>
    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(1);

    /// <param name="person">Its topic does not matter.</param>
    public async Task<string> TakeAsync(UnsubscribeLink person, StatedOptOut stated, CancellationToken cancel)
    {
        var declared = declarations.InForce(person.Site)?.Declaration.Topics.SelectMany(ChannelTopic.Of).Select(topic => topic.Id).ToList() ?? [];
        var confirmed = stated.At is { } at ? await ConfirmedSinceAsync(person, stated.Topic is null ? declared : [stated.Topic, .. declared], at, cancel) : [];
        if (stated.Topic is { } topic && stated.Cause is null)
        {
            if (confirmed.Contains(topic)) return ConfirmedSince;
            await optOuts.HonourAsync(person with { Topic = topic }, stated.Action, cancel);
            return Suppressed;
        }

        var all = person with { Topic = MarketingRecord.Everything };
        if (confirmed.Count > 0)
        {
            // The address works again; a complaint is about the rest as well.
            if (stated.Cause is TopicEntry.Bounced || declared.Find(id => !confirmed.Contains(id)) is not { } other) return ConfirmedSince;
            await optOuts.HonourAsync(person with { Topic = other }, stated.Action, cancel, [.. declared.Where(id => !confirmed.Contains(id))]);
            return ConfirmedSince;
        }

        // In the place of the status, which the other system does not tell.
        if (stated.Cause is TopicEntry.Bounced) await optOuts.BounceAsync(all, new DeliveryReport(ReportKind.Bounce, Hard: true, stated.Action, all.Address, Token: null), cancel);
        else if (stated.Cause is TopicEntry.Complained) await optOuts.ComplainAsync(all, cancel, stated.Action);
        else await optOuts.HonourAllAsync(all, stated.Action, cancel);
        return Suppressed;
    }

    private async Task<HashSet<string>> ConfirmedSinceAsync(UnsubscribeLink person, IEnumerable<string> topics, DateTimeOffset at, CancellationToken cancel)
    {
        var streams = await addresses.FindAsync(addresses.RingOf(person.Controller), person.Site, person.Address, cancel);
        return
        [
            .. topics.Where(topic => streams.Any(stream =>
                stream.Entry(topic) is { Status: TopicStatus.Subscribed, Proof: { Permits: true, LiftsUpTo: { } lifts } } && lifts > at + ClocksApart)),
        ];
    }
}
