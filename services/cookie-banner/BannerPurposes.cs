using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>Which purposes of a declaration are the banner's. Pure.</summary>
internal static class BannerPurposes
{
    /// <summary>
    /// Those that store or read something in the browser, and those for which the page asks servers of others (a map, fonts, a frame):
    /// a vendor of theirs has hosts, and no mailing rests on them. Consent to anything else, such as a mailing or keeping a form, is asked
    /// where its data are given.
    /// </summary>
    public static bool Has(Declaration declaration, Purpose purpose) =>
        declaration.Cookies.Any(c => c.Purpose == purpose.Id)
        || (!declaration.Topics.Any(t => t.Purpose == purpose.Id)
            && declaration.Vendors.Any(v => v.Hosts is { Count: > 0 } && purpose.Vendors.Contains(v.Id)));
}
