using Consent.Audit.Holds;
using Consent.Audit.Logs;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.Audit.Access;

/// <summary>
/// <c>POST /v1/audit/looks</c> with <c>{"site":…,"what":"address"|"opt-in-proof","subjects":[…],"record":…,"reason":…}</c>: marketing has the look noted that an auditor takes there, with his own token,
/// and shows nothing before it was answered here by 204. Whoever else sends it notes a look in his own name. 403 of whom is restricted: marketing then shows no proof.
/// </summary>
internal static class NoteMarketingLook
{
    public const string Address = "address", OptInProof = "opt-in-proof";
    private const int LargestBody = 32 * 1024, MostSubjects = 256, LongestRecord = 64;

    public static async Task<IResult> AnswerAsync(HttpContext http, LogPlaces places, RestrictedPersons restricted, AccessNotes looks, CancellationToken cancel)
    {
        var (look, problem) = await JsonBody.ReadAsync<Noted>(http.Request, LargestBody);
        if (look is null) return problem!;
        if (look is not { Site.Length: > 0, What: Address or OptInProof, Subjects: { Count: > 0 and <= MostSubjects } subjects } || !subjects.All(SubjectId.IsValid)
            || (look.What == OptInProof) != (look.Record is { Length: > 0 and <= LongestRecord }))
            return Problems.Because(400, "bad-look", "This is no look that can be noted.",
                $"Send site, 1 to {MostSubjects} ids of the person as subjects, and as what either {Address}, or {OptInProof} with the id of the record.");
        var (site, user) = (look.Site, http.User);
        if (await places.OwnerOfAsync(site, cancel) is not { } controller || !Tenancy.Allows(user, site, controller)) return Problems.UnknownSite();
        // Ids tell nothing of a person by themselves: whatever is asked with them is refused where he is restricted.
        if (look.What == OptInProof && await RestrictedPersons.RefusalAsync(
            await restricted.OfAsync(site, subjects, cancel), user, look.Reason, what => looks.NoteAsync(user, what, site, controller, subjects, look.Reason, cancel, look.Record)) is { } refusal) return refusal;
        await looks.NoteAsync(user, look.What, site, controller, subjects, look.Reason, cancel, look.Record);
        return TypedResults.NoContent();
    }

    private sealed record Noted(string? Site = null, string? What = null, IReadOnlyList<string>? Subjects = null, string? Record = null, string? Reason = null);
}
