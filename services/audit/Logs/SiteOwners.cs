using System.Collections.Immutable;

namespace Consent.Audit.Logs;

/// <summary>
/// Whose each site is, by the declarations that audit heard, and since which position of its feed; with the positions of what was heard of a site before its first
/// declaration. Told by position, so that whoever reads the feed again decides the same.
/// </summary>
internal sealed record SiteOwners
{
    public static SiteOwners None { get; } = new();

    private ImmutableDictionary<string, ImmutableList<Owner>> Owners { get; init; } = ImmutableDictionary.Create<string, ImmutableList<Owner>>(StringComparer.Ordinal);

    private ImmutableDictionary<string, ImmutableSortedSet<long>> Waiting { get; init; } = ImmutableDictionary.Create<string, ImmutableSortedSet<long>>(StringComparer.Ordinal);

    /// <summary>
    /// The site's controller when the record at the position was heard. What came before its first declaration goes to that one's controller, for who has read so far.
    /// Null when there is none.
    /// </summary>
    public string? Of(string site, long position, long readThrough)
    {
        var owners = Owners.GetValueOrDefault(site) ?? [];
        return owners.FindLast(o => o.Since < position)?.Controller ?? (owners is [var first, ..] && first.Since <= readThrough ? first.Controller : null);
    }

    /// <summary>All controllers that were known before the position.</summary>
    public IEnumerable<string> Before(long position) =>
        Owners.Values.SelectMany(owners => owners).Where(o => o.Since < position).Select(o => o.Controller).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>What waited for the declaration at the position; empty unless it is the first of its site.</summary>
    public IReadOnlyList<long> WaitedFor(string site, long position) =>
        Owners.GetValueOrDefault(site) is [var first, ..] && first.Since == position ? [.. (Waiting.GetValueOrDefault(site) ?? []).Where(p => p < position)] : [];

    /// <summary>Whether the declaration at the position says something new.</summary>
    public bool IsNews(string site, string controller, long position)
    {
        var owners = Owners.GetValueOrDefault(site) ?? [];
        return !owners.Exists(o => o.Since == position) && owners.FindLast(o => o.Since < position)?.Controller != controller;
    }

    public SiteOwners With(string site, string controller, long since)
    {
        var owners = Owners.GetValueOrDefault(site) ?? [];
        if (owners.Exists(o => o.Since == since)) return this;
        return this with { Owners = Owners.SetItem(site, owners.Insert(owners.Count(o => o.Since < since), new Owner(controller, since))) };
    }

    public SiteOwners WithWaiting(string site, long position) => this with { Waiting = Waiting.SetItem(site, (Waiting.GetValueOrDefault(site) ?? []).Add(position)) };

    private sealed record Owner(string Controller, long Since);
}
