using Consent.Contracts;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>Records opt-ins of an address, wherever it stands, and tells how they stand.</summary>
public sealed class OptIns(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, TimeProvider time)
{
    /// <returns>Whether the address is subscribed to the topic then.</returns>
    public async Task<bool> RecordAsync(PublishedDeclaration inForce, string address, string topic, OptInProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(proof);
        var site = inForce.Declaration.Site;
        var streams = await FindAsync(inForce, address, cancel);
        var saidNo = proof.RequestedAt is null ? null : LastNo(inForce, streams, topic);
        var took = true;
        foreach (var subject in ToWrite(streams, topic, proof, saidNo))
        {
            MarketingRecord? held = null;
            var made = await log.AppendAsync(
                site, subject, (newest, id) => OptInDecisions.OptIn(held = newest, site, subject, topic, proof, saidNo, id, time.Now()), cancel);
            took &= MarketingDecisions.Standing((made ?? held)?.Topics, topic) is { Status: TopicStatus.Subscribed };
        }
        return took;
    }

    /// <summary>How it stands for the link of a mail that was asked for then.</summary>
    public async Task<ConfirmState> StateAsync(PublishedDeclaration inForce, string address, string topic, DateTimeOffset requestedAt, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var streams = await FindAsync(inForce, address, cancel);
        return OptInDecisions.StateOf([.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()], requestedAt, LastNo(inForce, streams, topic));
    }

    private Task<IReadOnlyList<AddressStream>> FindAsync(PublishedDeclaration inForce, string address, CancellationToken cancel) =>
        addresses.FindAsync(addresses.RingOf(inForce.Declaration.Controller.Id), inForce.Declaration.Site, address, cancel);

    private DateTimeOffset? LastNo(PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams, string topic) =>
        OptInDecisions.LastNo(consent.NewestOf(inForce.Declaration.Site, streams.Select(s => s.SubjectId)).Values, inForce.Declaration, topic);

    /// <summary>
    /// The streams to write to: those that suppress the topic, each of which must be lifted; when the opt-in cannot lift one of
    /// them, that one alone, which will note the attempt. Else the address's home.
    /// </summary>
    private static IEnumerable<string> ToWrite(IReadOnlyList<AddressStream> streams, string topic, OptInProof proof, DateTimeOffset? saidNo)
    {
        var suppressing = streams.Where(s => s.Entry(topic) is { Status: TopicStatus.Suppressed }).ToList();
        if (suppressing.Find(s => !OptInDecisions.TakesEffect(s.Entry(topic), proof, saidNo)) is { } unlifted) return [unlifted.SubjectId];
        return suppressing.Append(AddressStream.Home(streams)).Select(s => s.SubjectId).Distinct(StringComparer.Ordinal);
    }
}
