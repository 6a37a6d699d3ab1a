namespace Consent.Cli.Scan;

/// <summary>Collects what is seen, each thing once, with the page on which each phase showed it first.</summary>
internal sealed class Observations
{
    private readonly Dictionary<(StoredKind, string, string), StoredItem> _stored = [];
    private readonly Dictionary<SentRequest, IReadOnlyList<Sighting>> _sent = [];

    public IEnumerable<string> Hosts => _stored.Values.Select(s => s.Host).Concat(_sent.Keys.Select(r => r.Host)).Distinct(StringComparer.Ordinal);

    public void Keep(Sighting at, StoredItem item)
    {
        var known = _stored.GetValueOrDefault((item.Kind, item.Name, item.Host)) ?? item;
        _stored[(item.Kind, item.Name, item.Host)] = known with
        {
            // A header's word is certain: the jar does not tell who filled it.
            SetBy = known.SetBy == "header" ? known.SetBy : item.SetBy,
            HttpOnly = known.HttpOnly ?? item.HttpOnly,
            Path = known.Path ?? item.Path,
            LifetimeDays = known.LifetimeDays > item.LifetimeDays ? known.LifetimeDays : item.LifetimeDays ?? known.LifetimeDays,
            Seen = With(known.Seen, at),
        };
    }

    public void Send(Sighting at, SentRequest request) => _sent[request] = With(_sent.GetValueOrDefault(request) ?? [], at);

    /// <param name="parties">Of every host seen, as whom it counts: see <see cref="VendorHosts.PartyOf"/>.</param>
    /// <param name="own">Those that are the site's own.</param>
    public (IReadOnlyList<StoredItem> Stored, IReadOnlyList<ThirdParty> ThirdParties) Told(
        IReadOnlyDictionary<string, string> parties, IReadOnlySet<string> own) => (
        [.. _stored.Values.Select(s => s with { ThirdParty = !own.Contains(parties[s.Host]) })
            .OrderBy(s => s.Kind).ThenBy(s => s.Name, StringComparer.Ordinal).ThenBy(s => s.Host, StringComparer.Ordinal)],
        [.. _sent.Where(s => !own.Contains(parties[s.Key.Host])).GroupBy(s => parties[s.Key.Host], StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new ThirdParty(
                g.Key,
                [.. g.Select(s => s.Key.Host).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                [.. g.Select(s => s.Key.Type).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                g.SelectMany(s => s.Value).Aggregate<Sighting, IReadOnlyList<Sighting>>([], With)))]);

    private static IReadOnlyList<Sighting> With(IReadOnlyList<Sighting> seen, Sighting at) =>
        seen.Any(s => s.Phase == at.Phase) ? seen : [.. seen.Append(at).OrderBy(s => s.Phase)];
}
