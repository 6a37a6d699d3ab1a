using Consent.Audit.Evidence;

namespace Consent.Audit.Pages;

/// <summary>
/// <c>GET /audit/receipts/{id}/evidence.zip</c>: the same package as <c>/v1/audit/evidence/{id}</c>, with a page in the place of a refusal. Posted with a reason, for a privacy officer, of
/// whom is restricted too.
/// </summary>
internal static class EvidencePage
{
    public static Task<IResult> AnswerAsync(string id, HttpContext http, GatherEvidence gather) => TellAsync(Visit.Of(http), id, null, gather);

    public static async Task<IResult> AskedAsync(string id, HttpContext http, GatherEvidence gather)
    {
        var visit = Visit.Of(http);
        var (form, problem) = await PostedForm.ReadAsync(visit);
        return form is null ? problem! : await TellAsync(visit, id, form["reason"], gather);
    }

    private static async Task<IResult> TellAsync(Visit visit, string id, string? reason, GatherEvidence gather)
    {
        if (!visit.SeesPersons) return ProblemPage.OfRole(visit);
        var (evidence, problem) = await gather.RunAsync(visit.User, id, reason, visit.Cancel);
        return evidence is null
            ? ProblemPage.OfReceipt(visit, id, problem!, reason)
            : TypedResults.Stream(to => EvidencePackage.WriteAsync(to, evidence, visit.Cancel), "application/zip", "evidence.zip");
    }
}
