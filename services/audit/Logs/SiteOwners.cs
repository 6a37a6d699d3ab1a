using System.Collections.Immutable;

namespace Consent.Audit.Logs;

/// <summary>
/// Whose each site is, by the declarations that audit heard, and since which position of its feed; with the positions of what was heard of a site before its first
/// declaration, and with the sites that alone concern a subscriber. Told by position, so that whoever reads the feed again decides the same.
/// </summary>
internal sealed record SiteOwners
{
    public static SiteOwners None { get; } = new();

    private ImmutableDictionary<string, ImmutableList<Owner>> Owners { get; init; } = ImmutableDictionary.Create<string, ImmutableList<Owner>>(StringComparer.Ordinal);

    private ImmutableDictionary<string, ImmutableSortedSet<long>> Waiting { get; init; } = ImmutableDictionary.Create<string, ImmutableSortedSet<long>>(StringComparer.Ordinal);

    private ImmutableDictionary<string, ImmutableHashSet<Wish>> Wishes { get; init; } = ImmutableDictionary.Create<string, ImmutableHashSet<Wish>>(StringComparer.Ordinal);

    /// <summary>
    /// The site's controller when the record at the position was heard: of the highest version of its declaration that was heard by then, so that one that comes late gives
    /// the site back to nobody. What came before its first declaration goes to that one's controller, for who has read so far. Null when there is none.
    /// </summary>
    public string? Of(string site, long position, long readThrough) =>
        Highest(site, position)?.Controller ?? (Owners.GetValueOrDefault(site) is [var first, ..] && first.Since <= readThrough ? first.Controller : null);

    /// <summary>All that were declared, in the order of their ids.</summary>
    public IReadOnlyList<string> Sites => [.. Owners.Keys.Order(StringComparer.Ordinal)];

    /// <summary>All controllers that were known before the position.</summary>
    public IEnumerable<string> Before(long position) =>
        Owners.Values.SelectMany(owners => owners).Where(o => o.Since < position).Select(o => o.Controller).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>
    /// The controllers whom a subscriber concerned before the position: those of the sites that it named whenever it announced itself. Of one that once asked for every site, and of
    /// one that audit never heard of by its own word, all: which of their events it had, nothing tells.
    /// </summary>
    public IEnumerable<string> OfSubscriber(string? subscriber, long position)
    {
        var sites = (Wishes.GetValueOrDefault(subscriber ?? "") ?? []).Where(w => w.Since < position).Select(w => w.Site).ToList();
        return sites.Count == 0 || sites.Contains(null) ? Before(position)
            : sites.OfType<string>().Select(site => Of(site, position, position)).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>What waited for the declaration at the position; empty unless it is the first of its site.</summary>
    public IReadOnlyList<long> WaitedFor(string site, long position) =>
        Owners.GetValueOrDefault(site) is [var first, ..] && first.Since == position ? [.. (Waiting.GetValueOrDefault(site) ?? []).Where(p => p < position)] : [];

    /// <summary>Whether the declaration at the position says something new.</summary>
    public bool IsNews(string site, string controller, int version, long position) =>
        !(Owners.GetValueOrDefault(site) ?? []).Exists(o => o.Since == position)
        && (Highest(site, position) is not { } highest || version > highest.Version || (version == highest.Version && controller != highest.Controller));

    public SiteOwners With(string site, string controller, int version, long since)
    {
        var owners = Owners.GetValueOrDefault(site) ?? [];
        if (owners.Exists(o => o.Since == since)) return this;
        return this with { Owners = Owners.SetItem(site, owners.Insert(owners.Count(o => o.Since < since), new Owner(controller, version, since))) };
    }

    public SiteOwners WithWaiting(string site, long position) => this with { Waiting = Waiting.SetItem(site, (Waiting.GetValueOrDefault(site) ?? []).Add(position)) };

    /// <param name="site">The one that alone concerns it; null for every site.</param>
    public SiteOwners WithWish(string subscriber, string? site, long since) =>
        this with { Wishes = Wishes.SetItem(subscriber, (Wishes.GetValueOrDefault(subscriber) ?? []).Add(new Wish(site, since))) };

    /// <summary>Of one version, which a restore may give twice, the later heard.</summary>
    private Owner? Highest(string site, long position) => (Owners.GetValueOrDefault(site) ?? []).Where(o => o.Since < position).MaxBy(o => (o.Version, o.Since));

    private sealed record Owner(string Controller, int Version, long Since);

    private sealed record Wish(string? Site, long Since);
}
