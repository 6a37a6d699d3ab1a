using System.Text.Json;
using Consent.Contracts;

namespace Consent.CookieBanner;

/// <summary>
/// The guard of a site as a script: which hosts are the site's own, which are whose, and what is asked, as JSON, ahead of the built bundle
/// (<c>script/dist/guard.js</c>). It says no texts, so it is the same in every language. Pure, as <see cref="RenderBanner"/>.
/// </summary>
public static class RenderGuard
{
    /// <summary>The bundle stands between the first and the last line, byte for byte.</summary>
    public static string Script(PublishedDeclaration published)
    {
        ArgumentNullException.ThrowIfNull(published);
        var site = JsonSerializer.Serialize(AskedOf(published), RenderBanner.Json);
        var guard = JsonSerializer.Serialize(Of(published.Declaration), RenderBanner.Json);
        return $"/*! Consent, Apache-2.0 */(()=>{{const SITE={site},GUARD={guard};\n{Bundles.Guard}}})()";
    }

    /// <summary>As the banner has it, so that the guard permits what the banner permits.</summary>
    internal static AskedData AskedOf(PublishedDeclaration published)
    {
        var banner = RenderBanner.Of(published);
        return new AskedData(banner.Term, [.. banner.Purposes.Select(p => p with { Name = null })]);
    }

    internal static GuardData Of(Declaration declaration) => new(
        [.. declaration.Origins.Select(o => new Uri(o).Host).Distinct(StringComparer.Ordinal)],
        [.. declaration.Vendors.Where(v => v.Hosts is not null).Select(v => new GuardedVendor(v.Id, v.Hosts!, [.. PurposesOf(declaration, v.Id)]))]);

    private static IEnumerable<string> PurposesOf(Declaration declaration, string vendor) => declaration.Purposes
        .Where(p => p.Vendors.Contains(vendor, StringComparer.Ordinal) || declaration.Cookies.Any(c => c.Vendor == vendor && c.Purpose == p.Id))
        .Select(p => p.Id);

    /// <summary>What <c>script/choice.ts</c> needs of <c>Site</c> in <c>script/site.ts</c>.</summary>
    internal sealed record AskedData(int[] Term, RenderBanner.PurposeData[] Purposes);

    /// <summary>Mirrors <c>Guarded</c> in <c>script/judge.ts</c>.</summary>
    /// <param name="Own">Host names of the site's origins.</param>
    internal sealed record GuardData(string[] Own, GuardedVendor[] Vendors);

    internal sealed record GuardedVendor(string Id, IReadOnlyList<string> Hosts, string[] Purposes);
}
