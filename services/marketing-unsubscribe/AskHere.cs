using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Where to ask on a page whose link does not open: the setting <c>Marketing:AskHere</c>, a <c>mailto:</c> or an https address, where sites of more than one
/// controller are declared; of a single controller that one. It goes by what is declared alone, so that every such page is the same.
/// </summary>
public sealed record AskHere(Uri? Address)
{
    private const int MostSites = 5;

    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what to set, for what nobody can be asked by.</summary>
    public static AskHere Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var text = settings["Marketing:AskHere"];
        if (string.IsNullOrWhiteSpace(text)) return new AskHere((Uri?)null);
        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeMailto || address.Scheme == Uri.UriSchemeHttps)
            ? new AskHere(address)
            : throw new InvalidOperationException("Set Marketing:AskHere to where people can ask, such as mailto:help@example.org or https://www.example.org/contact, or do not set it.");
    }

    /// <summary>What the page shows of it now. Where sites of others are declared it is known at the second of them, however many there are.</summary>
    internal AskedHere In(IDeclarations declarations)
    {
        var (sites, only) = (new List<Declaration>(), (Controller?)null);
        foreach (var declaration in declarations.Sites.Select(site => declarations.InForce(site)?.Declaration).OfType<Declaration>())
        {
            only ??= declaration.Controller;
            if (declaration.Controller.Id != only.Id) return new AskedHere(null, [], Address);
            if (!declaration.Retired && sites.Count < MostSites) sites.Add(declaration);
        }

        return new AskedHere(only, sites, only is null ? Address : null);
    }
}

/// <param name="Controller">Whose name and address the page shows; null where there are several, or none.</param>
/// <param name="Sites">Whose preferences it leads to.</param>
/// <param name="Address">Where to ask in place of a controller; null for nowhere.</param>
internal sealed record AskedHere(Controller? Controller, IReadOnlyList<Declaration> Sites, Uri? Address);
