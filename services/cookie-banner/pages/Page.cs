using Consent.Contracts;

namespace Consent.CookieBanner.Pages;

/// <summary>What a page shows: one version of a site's declaration, among its others, in one language. Pages are pure functions of this.</summary>
/// <param name="Shown">The version that is told.</param>
/// <param name="InForce">The one that is in force now.</param>
/// <param name="Language">One of the shown declaration's.</param>
internal sealed record Page(PublishedDeclaration Shown, PublishedDeclaration InForce, DeclarationHistory History, string Language)
{
    public Declaration Declaration => Shown.Declaration;

    public PageWords Words { get; } = PageWords.In(Language);

    /// <summary>One page is another when the site's versions are others, or another is in force: nothing else changes them.</summary>
    public string Stamp => $"{Shown.Hash} {InForce.Hash} {string.Join(' ', History.Versions.Select(v => v.Hash))}";

    /// <summary>A text of the declaration, marked with its language where the words around it are in another (WCAG 3.1.2).</summary>
    public string Said(string text) => PageLanguage.Primary(Language) == Words.Language
        ? Html.Text(text)
        : $"<span lang=\"{Html.Text(Language)}\">{Html.Text(text)}</span>";

    public string Said(Texts texts) => Said(texts.In(Language));

    /// <summary>What the button is called that opens the banner again, as the site's visitors see it.</summary>
    public string Reopener => (string)BannerTexts.FirstLayer(Declaration, Language)["reopen"]!;

    public string Country(string code) => CountryNames.In(code, Words.Language);

    /// <summary>
    /// From when a version is told to hold: its own day, or that of its publication where a later version is dated before it, since
    /// nobody could read it by then.
    /// </summary>
    public static DateOnly InForceFrom(PublishedDeclaration version)
    {
        var (effective, published) = (version.Declaration.EffectiveFrom, DateOnly.FromDateTime(version.PublishedAt.UtcDateTime));
        return version.Version > 1 && published > effective ? published : effective;
    }

    /// <summary>Which of the versions to come is the first to be in force; null when none is to come. Of those of one day it is the highest.</summary>
    public PublishedDeclaration? Next => History.Versions.Where(v => v.Version > InForce.Version)
        .OrderBy(InForceFrom).ThenByDescending(v => v.Version).FirstOrDefault();

    public string Dated(PublishedDeclaration version) => Words.Day(InForceFrom(version));

    public Vendor? Vendor(string? id) => id is null ? null : Declaration.Vendors.FirstOrDefault(v => v.Id == id);

    /// <summary>A recipient's name with its own statement behind it, where that is known.</summary>
    public string VendorLink(string id) => Vendor(id) is not { } vendor
        ? Html.Text(id)
        : vendor.PrivacyPolicy is { } policy ? Html.Link(policy, vendor.Name) : Html.Text(vendor.Name);

    /// <summary>The names of data categories, the special ones (GDPR art. 9) marked.</summary>
    public string Category(string id) => Declaration.DataCategories.FirstOrDefault(c => c.Id == id) is not { } category
        ? Html.Text(id)
        : Said(category.Name) + (category.Special ? $" <strong class=\"special\">({Html.Text(Words.Privacy.Special)})</strong>" : "");
}
