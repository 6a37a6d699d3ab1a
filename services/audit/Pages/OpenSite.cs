using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Pages;

/// <summary>A site that is open to who looks.</summary>
/// <param name="Controller">Whose it is now.</param>
internal sealed record OpenSite(string Id, string Controller, DeclarationHistory Declarations)
{
    public string Address => $"{AuditPages.Root}/sites/{Uri.EscapeDataString(Id)}";

    /// <summary>The site, or the page that is to be answered instead: of another controller's site the same as of one that is not there.</summary>
    public static async Task<(OpenSite? Site, AuditPage? Problem)> FindAsync(Visit visit, string id, LogPlaces places, AuditLog log)
    {
        var controller = await places.OwnerOfAsync(id, visit.Cancel);
        return controller is not null && Tenancy.Allows(visit.User, id, controller)
            ? (new OpenSite(id, controller, await SiteDeclarations.ReadAsync(log, id, visit.Cancel)), null)
            : (null, ProblemPage.Of(visit, StatusCodes.Status404NotFound, "unknown-site"));
    }

    /// <summary>What there is to be seen of it.</summary>
    public string Navigation(Visit visit)
    {
        var words = visit.Words;
        (string Path, string Name)[] pages = [(Address, words.Declarations), ($"{Address}/deliveries", words.Deliveries), ($"{Address}/rates", words.Rates)];
        return $"<nav aria-label=\"{Html.Text(words.OfSite.Fill(("site", Id)))}\"><ul>{string.Concat(pages.Select(p => $"<li>{PageFrame.Here(visit, p.Path, p.Name)}</li>"))}</ul></nav>";
    }
}
