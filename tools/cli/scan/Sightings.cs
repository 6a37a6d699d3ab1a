using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.Cli.Scan;

/// <summary>What the visitor had chosen by then.</summary>
[JsonConverter(typeof(KebabCaseEnum<Phase>))]
internal enum Phase { Before, Refused, Accepted }

/// <summary>Where a browser keeps things for a site.</summary>
[JsonConverter(typeof(KebabCaseEnum<StoredKind>))]
internal enum StoredKind { Cookie, LocalStorage, SessionStorage, IndexedDb, CacheStorage, ServiceWorker }

/// <summary>In which phase, and on which page first in that phase.</summary>
internal sealed record Sighting(Phase Phase, string Page);

/// <summary>Something that a browser kept. Its value is never read.</summary>
/// <param name="Name">Of the cookie, key, database or cache; of a service worker the path of its script.</param>
/// <param name="Host">A cookie's domain, without a leading dot; of everything else the host of its origin.</param>
internal sealed record StoredItem(StoredKind Kind, string Name, string Host)
{
    /// <summary>The host belongs to somebody else than the site.</summary>
    public bool ThirdParty { get; init; }

    /// <summary>Of a cookie.</summary>
    public string? Path { get; init; }

    /// <summary>Of a cookie: the longest seen, in days from its setting; null for the browser session. Chromium cuts what a script asks at 400 days, a header's wish is seen as it was sent.</summary>
    public double? LifetimeDays { get; init; }

    /// <summary>Of a cookie: scripts cannot read it.</summary>
    public bool? HttpOnly { get; init; }

    /// <summary>Of a cookie: <c>header</c> or <c>script</c>.</summary>
    public string? SetBy { get; init; }

    public IReadOnlyList<Sighting> Seen { get; init; } = [];
}

/// <summary>Requests to somebody else than the site.</summary>
/// <param name="Host">A host that a vendor declares; else registrable: the part of a host name that somebody registered (Public Suffix List), or the address.</param>
/// <param name="Hosts">The host names under it that no vendor declares; of a declared host itself.</param>
/// <param name="Types">What was asked for, in the protocol's words in lower case: <c>script</c>, <c>image</c>, <c>document</c> (a frame), <c>ping</c> and so on.</param>
internal sealed record ThirdParty(string Host, IReadOnlyList<string> Hosts, IReadOnlyList<string> Types, IReadOnlyList<Sighting> Seen);

/// <summary>All that three visits showed.</summary>
/// <param name="Address">Of the start page, after its redirects.</param>
/// <param name="Pages">Visited each time, the start page first.</param>
/// <param name="Phases">Without <see cref="Phase.Refused"/> and <see cref="Phase.Accepted"/> where nothing was asked.</param>
/// <param name="Unvisited">Pages that did not answer as pages, with the reason.</param>
internal sealed record Observed(
    Uri Address, IReadOnlyList<string> Pages, IReadOnlyList<Phase> Phases, IReadOnlyList<StoredItem> Stored, IReadOnlyList<ThirdParty> ThirdParties,
    IReadOnlyList<string> Unvisited);
