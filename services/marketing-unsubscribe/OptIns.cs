using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Records opt-ins of an address, wherever it stands, and tells how they stand. Throws <see cref="ReceiptUnreadableException"/> where that cannot be known
/// just now.
/// </summary>
public sealed class OptIns(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, ChannelRules rules, TimeProvider time)
{
    public async Task RecordAsync(PublishedDeclaration inForce, string address, string topic, OptInProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(proof);
        var site = inForce.Declaration.Site;
        var streams = await FindAsync(inForce, address, cancel);
        var optIn = MaySend.OptIn(EntriesOf(streams, topic))?.Proof;
        var former = (await FormerAsync(inForce, address, topic, cancel)).Where(no => !no.YieldsTo(proof) && !no.YieldsTo(optIn));
        var saidNo = LastNo(inForce, streams, topic, former);
        foreach (var subject in ToWrite(streams, topic, proof, saidNo))
            await log.AppendAsync(site, subject, (newest, id) => OptInDecisions.OptIn(newest, site, subject, topic, proof, saidNo, id, time.Now()), cancel);
    }

    /// <summary>Whether the topic may be sent to the address, as a check would have it.</summary>
    public async Task<SendDecision> DecideAsync(PublishedDeclaration inForce, string address, string topic, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        // Before the receipts are read. Until then a "no" in the consent service may not have been heard of.
        var isLoaded = consent.IsLoadedFor(inForce.Declaration.Site);
        var streams = await FindAsync(inForce, address, cancel);
        var former = await FormerAsync(inForce, address, topic, cancel);
        var decided = MaySend.Decide(
            EntriesOf(streams, topic), HeldOf(inForce, streams), inForce, topic, time.Now(), called: ContactAddress.CountryOf(address), rules: rules, former: former);
        return decided.Permitted && !isLoaded ? new SendDecision(false, "not-loaded") : decided;
    }

    /// <summary>How it stands for the link of a mail that was asked for then.</summary>
    public async Task<ConfirmState> StateAsync(PublishedDeclaration inForce, string address, string topic, DateTimeOffset requestedAt, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var streams = await FindAsync(inForce, address, cancel);
        var former = (await FormerAsync(inForce, address, topic, cancel)).Where(no => !no.IsBounce);
        return OptInDecisions.StateOf(EntriesOf(streams, topic), requestedAt, LastNo(inForce, streams, topic, former));
    }

    private Task<IReadOnlyList<AddressStream>> FindAsync(PublishedDeclaration inForce, string address, CancellationToken cancel) =>
        addresses.FindAsync(addresses.RingOf(inForce.Declaration.Controller.Id), inForce.Declaration.Site, address, cancel);

    private static List<TopicEntry> EntriesOf(IReadOnlyList<AddressStream> streams, string topic) => [.. streams.Select(s => s.Entry(topic)).OfType<TopicEntry>()];

    /// <summary>What the person said before the site had its controller of now.</summary>
    private async Task<IReadOnlyList<FormerNo>> FormerAsync(PublishedDeclaration inForce, string address, string topic, CancellationToken cancel)
    {
        var streams = await addresses.FindFormerAsync(inForce.Declaration.Site, address, cancel);
        return FormerNo.Of(EntriesOf(streams, topic), HeldOf(inForce, streams), inForce.Declaration, topic);
    }

    /// <param name="former">What counts of it.</param>
    private DateTimeOffset? LastNo(PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams, string topic, IEnumerable<FormerNo> former) =>
        former.Select(no => (DateTimeOffset?)no.SaidAt).Append(OptInDecisions.LastNo(HeldOf(inForce, streams), inForce.Declaration, topic)).Max();

    private List<Receipt> HeldOf(PublishedDeclaration inForce, IReadOnlyList<AddressStream> streams)
    {
        var (receipts, unreadable) = consent.ReadNewestOf(inForce.Declaration.Site, streams.Select(s => s.SubjectId));
        return unreadable.Count == 0 ? [.. receipts.Values] : throw new ReceiptUnreadableException();
    }

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

/// <summary>Not now: what the consent service told of an address cannot be read, and may be a "no"; it is loaded again when the states are compared.</summary>
public sealed class ReceiptUnreadableException() : Exception("What the consent service told of a subject cannot be read."), IUnavailable;
