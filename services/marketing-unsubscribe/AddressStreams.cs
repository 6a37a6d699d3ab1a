using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>Where an address stands in the log: it has one id per version of its controller's key, and may have a stream under each.</summary>
public sealed class AddressStreams(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IdentifierKeys keys, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, MarketingLog log)
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

    /// <summary>
    /// Where the address stands under the keys of the controllers that the site had before: empty for most sites. Nothing new is written there; what a "no"
    /// there means is said by <see cref="FormerNo"/>.
    /// </summary>
    public Task<IReadOnlyList<AddressStream>> FindFormerAsync(string site, string normalised, CancellationToken cancel) =>
        FindUnderAsync(FormerRings(site), site, normalised, cancel);

    /// <summary>The same under the keys that are given: see <see cref="FormerRings"/>.</summary>
    public async Task<IReadOnlyList<AddressStream>> FindUnderAsync(IReadOnlyList<KeyRing> rings, string site, string normalised, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(rings);
        var found = new List<AddressStream>();
        foreach (var ring in rings) found.AddRange(await FindAsync(ring, site, normalised, cancel));
        return found;
    }

    public KeyRing RingOf(string controller) => keys.Addresses(controller);

    /// <summary>Of each controller that had the site before the one in force, and has a key: nothing can be found under one that would be made now.</summary>
    public IReadOnlyList<KeyRing> FormerRings(string site) => [.. FormerControllers(site).Where(keys.HasAddresses).Select(RingOf)];

    /// <summary>Whether the site is the controller's, or was before.</summary>
    public bool WasEverOf(string controller, string site) =>
        declarations.InForce(site)?.Declaration.Controller.Id == controller || FormerControllers(site).Contains(controller, StringComparer.Ordinal);

    private IEnumerable<string> FormerControllers(string site) => declarations.InForce(site) is not { } inForce
        ? []
        : declarations.Of(site).Versions.Where(d => d.Version <= inForce.Version).Select(d => d.Declaration.Controller.Id)
            .Where(controller => controller != inForce.Declaration.Controller.Id).Distinct(StringComparer.Ordinal);
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
