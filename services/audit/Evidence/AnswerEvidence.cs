using System.Security.Claims;
using Consent.ServiceDefaults;

namespace Consent.Audit.Evidence;

/// <summary>
/// <c>GET /v1/audit/evidence/{recordId}</c>: the evidence package of one receipt (<see cref="EvidencePackage"/>), to those whom its site or controller is open to. Noted as a look.
/// <c>POST /v1/audit/evidence</c> with <c>{"id":…,"reason":…}</c>: the same for a privacy officer, of whom is restricted too.
/// </summary>
internal static class AnswerEvidence
{
    private const int LargestBody = 4096;

    public static Task<IResult> AnswerAsync(string recordId, ClaimsPrincipal user, HttpContext http, GatherEvidence gather, CancellationToken cancel) =>
        RunAsync(recordId, null, user, http, gather, cancel);

    public static async Task<IResult> AskedAsync(HttpContext http, GatherEvidence gather, CancellationToken cancel)
    {
        var (question, problem) = await JsonBody.ReadAsync<Question>(http.Request, LargestBody);
        if (question is null) return problem!;
        return string.IsNullOrEmpty(question.Id) ? ReadTrace.UnknownReceipt() : await RunAsync(question.Id, question.Reason, http.User, http, gather, cancel);
    }

    private static async Task<IResult> RunAsync(string id, string? reason, ClaimsPrincipal user, HttpContext http, GatherEvidence gather, CancellationToken cancel)
    {
        http.Response.Headers.CacheControl = "no-store";
        var (evidence, problem) = await gather.RunAsync(user, id, reason, cancel);
        if (problem?.StatusCode == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "2";
        // No id in the name: it would stand in the lists of downloads.
        return evidence is null ? problem! : TypedResults.Stream(to => EvidencePackage.WriteAsync(to, evidence, cancel), "application/zip", "evidence.zip");
    }

    private sealed record Question(string? Id = null, string? Reason = null);
}
