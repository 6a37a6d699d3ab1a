using Consent.Contracts;

namespace Consent.Audit;

/// <summary>Finds what a receipt's person was shown among the publications that audit heard.</summary>
public static class ShownDeclarations
{
    /// <summary>By hash, which is the declaration's identity; a text published twice is the version that the receipt names.</summary>
    public static ShownDeclaration? To(Receipt receipt, IEnumerable<Heard> heard)
    {
        ArgumentNullException.ThrowIfNull(receipt);
        if (receipt.Declaration is not { } hash) return null;
        var published = heard.Select(h => h.As<DeclarationPublished>()?.Declaration).OfType<PublishedDeclaration>()
            .Where(d => d.Hash == hash && d.Declaration.Site == receipt.Site)
            .OrderByDescending(d => d.Version == receipt.DeclarationVersion).ThenBy(d => d.Version).FirstOrDefault();
        return published is null ? new ShownDeclaration(hash, receipt.DeclarationVersion, null, Href(receipt.Site, receipt.DeclarationVersion), null) : Of(published, receipt.Language);
    }

    /// <param name="language">In which it was shown; for none, and for one that it does not have, its first, as one of its texts.</param>
    internal static ShownDeclaration Of(PublishedDeclaration published, string? language) =>
        new(published.Hash, published.Version, published.PublishedAt, Href(published.Declaration.Site, published.Version), TextOf(published.Declaration, language));

    private static string Href(string site, int? version) => $"/v1/sites/{Uri.EscapeDataString(site)}/declaration" + (version is null ? "" : $"?version={version}");

    private static ShownText TextOf(Declaration declaration, string? language)
    {
        var isNamed = declaration.Languages.Contains(language, StringComparer.Ordinal);
        var shown = isNamed ? language! : declaration.Languages[0];
        return new ShownText(shown, declaration.Controller.Name,
            [.. declaration.Purposes.Select(p => new ShownEntry(p.Id, p.Name.In(shown), p.Description.In(shown)))],
            [.. declaration.Topics.Select(t => new ShownEntry(t.Id, t.Name.In(shown), t.Description.In(shown)))],
            isNamed ? null : declaration.Languages);
    }
}
