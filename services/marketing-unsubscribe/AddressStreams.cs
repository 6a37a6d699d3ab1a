using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>Where an address stands in the log: it has one id per version of its controller's key, and may have a stream under each.</summary>
public sealed class AddressStreams([FromKeyedServices(MarketingUnsubscribeSetup.Service)] IdentifierKeys keys, MarketingLog log)
{
    /// <summary>Every id of the address, newest key first, with its newest record.</summary>
    public async Task<IReadOnlyList<AddressStream>> FindAsync(KeyRing ring, string site, string normalised, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ring);
        var found = new List<AddressStream>(ring.Count);
        foreach (var id in ring.AddressIds(normalised)) found.Add(new AddressStream(id, await log.LatestAsync(site, id, cancel)));
        return found;
    }

    /// <summary>The id for a new record of the address: see <see cref="AddressStream.Home"/>.</summary>
    public async Task<string> HomeAsync(KeyRing ring, string site, string normalised, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(ring);
        return ring.Count == 1 ? ring.AddressId(normalised) : AddressStream.Home(await FindAsync(ring, site, normalised, cancel)).SubjectId;
    }

    public KeyRing RingOf(string controller) => keys.Addresses(controller);
}

public sealed record AddressStream(string SubjectId, MarketingRecord? Newest)
{
    /// <summary>What holds for the topic: see <see cref="MarketingDecisions.Standing"/>.</summary>
    public TopicEntry? Entry(string topic) => MarketingDecisions.Standing(Newest?.Topics, topic);

    /// <summary>Something is held that came of a relation with the person: not only that somebody typed the address, that mail came back, or that he refused.</summary>
    public bool IsRelated => Newest?.Topics.Values.Any(entry => entry.Status is not TopicStatus.Suppressed) is true;

    /// <summary>
    /// The id for a new link or record: the one under which the address is known, so that it stays one subject everywhere when
    /// the key is succeeded; for a new address the newest.
    /// </summary>
    public static AddressStream Home(IReadOnlyList<AddressStream> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        return streams.FirstOrDefault(s => s.Newest is not null) ?? streams[0];
    }
}
