using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>
/// What a site keeps in browsers, by purpose, in one language: the cookie table as data. Of each purpose that asks no consent it tells
/// why it is needed, on which basis; of each purpose, every party that receives data. A pure function of the declaration.
/// </summary>
/// <param name="Hash">The declaration's.</param>
internal sealed record CookieTable(
    string Site, int Version, string Hash, DateOnly EffectiveFrom, string Language, string Controller, IReadOnlyList<CookieTable.Group> Purposes)
{
    /// <param name="Why">What it is for; for a purpose without consent, why it is needed.</param>
    /// <param name="BasisInWords">With its article.</param>
    internal sealed record Group(
        string Id, string Name, string Why, bool NeedsConsent, LegalBasis LegalBasis, string BasisInWords, string? Interest,
        IReadOnlyList<Recipient> Recipients, IReadOnlyList<Entry> Entries);

    internal sealed record Recipient(string Id, string Name, string Country, string? PrivacyPolicy);

    /// <param name="SetBy">The vendor's name, or the controller's.</param>
    /// <param name="Lifetime">ISO 8601; absent where the browser, or the person, ends it.</param>
    internal sealed record Entry(string Name, CookieKind Kind, string SetBy, Term? Lifetime, string LifetimeInWords, string Description);

    private const string Undelivered = "consent-pending";

    public static CookieTable Of(Page page)
    {
        var declaration = page.Declaration;
        return new CookieTable(
            declaration.Site, page.Shown.Version, page.Shown.Hash, declaration.EffectiveFrom, page.Language, declaration.Controller.Name,
            [
                .. declaration.Purposes
                    .Select(p => (Purpose: p, Entries: declaration.Cookies.Where(c => c.Purpose == p.Id).SelectMany(c => WithItsCopy(declaration, c)).ToList()))
                    .Where(p => p.Entries.Count > 0)
                    .Select(p => GroupOf(page, p.Purpose, p.Entries)),
            ]);
    }

    /// <summary>Until a choice has been delivered the banner keeps a second copy of it, at the longest for as long as the choice counts: it belongs to the banner, so no site declares it.</summary>
    private static CookieEntry[] WithItsCopy(Declaration declaration, CookieEntry entry) => entry.Name != Declaration.ChoiceCookie
        || declaration.Cookies.Any(c => c.Name == Undelivered)
        ? [entry]
        : [entry, entry with { Name = Undelivered, Kind = CookieKind.LocalStorage, Lifetime = declaration.ConsentValidFor }];

    private static Group GroupOf(Page page, Purpose purpose, List<CookieEntry> entries)
    {
        // Who sets a cookie receives what it holds, whether or not the purpose names him.
        var recipients = purpose.Vendors.Concat(entries.Select(e => e.Vendor).OfType<string>()).Distinct(StringComparer.Ordinal)
            .Select(page.Vendor).OfType<Vendor>();
        return new Group(
            purpose.Id, purpose.Name.In(page.Language), purpose.Description.In(page.Language), purpose.LegalBasis == LegalBasis.Consent, purpose.LegalBasis,
            page.Words.Bases[purpose.LegalBasis], purpose.Interest?.In(page.Language),
            [.. recipients.Select(v => new Recipient(v.Id, v.Name, v.Country, v.PrivacyPolicy))],
            [.. entries.Select(e => new Entry(
                e.Name, e.Kind, page.Vendor(e.Vendor)?.Name ?? e.Vendor ?? page.Declaration.Controller.Name, e.Lifetime, Lifetime(e, page.Words), e.Description.In(page.Language)))]);
    }

    /// <summary>Local storage has no end of its own: what declares none stays until someone removes it.</summary>
    private static string Lifetime(CookieEntry entry, PageWords words) => (entry.Lifetime, entry.Kind) switch
    {
        ({ } term, _) => words.Term(term),
        (null, CookieKind.LocalStorage) => words.Cookies.UntilRemoved,
        (null, CookieKind.SessionStorage) => words.Cookies.UntilTabCloses,
        _ => words.Cookies.UntilBrowserCloses,
    };
}
