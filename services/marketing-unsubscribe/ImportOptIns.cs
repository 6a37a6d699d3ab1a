using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>POST /v1/sites/{site}/marketing/import?system=mailchimp</c>: opt-ins that were given elsewhere, a row each, as <c>application/x-ndjson</c>, read
/// and recorded as they come (see <see cref="StreamImport"/> for the answer, <see cref="OptInRow"/> for a row). One with its proof is a subscription;
/// one without is <c>unproven</c>, and may not be mailed (<see cref="ImportedOptInDecisions"/>). A row is recorded once, however often it comes (by
/// system, topic and reference), so a broken import is simply sent again. The caller, the controller's own system, vouches for what it sends, and each
/// proof names it.
/// </summary>
internal static class ImportOptIns
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/import", HandleAsync).RequireScope("marketing");

    private static async Task<IResult> HandleAsync(
        string site, string? system, HttpContext http, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        ImportedOptIns optIns, TimeProvider time, CancellationToken cancel)
    {
        if (declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (StreamImport.WhyNotSystem(system) is { } unnamed) return unnamed;
        if (!StreamImport.IsSentAs(http.Request, StreamImport.Lines))
            return Problems.Because(415, "import-type", "The rows are in no known form.", "Send application/x-ndjson.");

        var client = StatedProof.ClientOf(http.User);
        return await StreamImport.RunAsync(
            http, StreamImport.LinesOf(http, OptInRow.LongestLine),
            line => OptInRow.Read(line, system!, client, inForce, hash => declarations.ByHash(site, hash), time.Now()),
            row => row.Address, row => optIns.RecordAsync(inForce, row, cancel));
    }
}
