using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// <c>POST /v1/sites/{site}/permits</c>: "may I?" for many subjects and several purposes in one call, all at one moment. A query,
/// sent as POST because subject ids do not belong into addresses; it stores nothing.
/// </summary>
internal static class PermitMany
{
    public const int MostSubjects = 10_000;
    public const int MostPurposes = 50;
    private const int LargestBody = 1024 * 1024;

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/permits", HandleAsync).RequireScope("consent");

    internal sealed record Request(IReadOnlyList<string>? Subjects, IReadOnlyList<string>? Purposes);

    private static async Task<IResult> HandleAsync(
        string site, HttpContext http, DeclarationLog declarations, [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time)
    {
        var (request, problem) = await JsonBody.ReadAsync<Request>(http.Request, LargestBody);
        if (request is null) return problem!;
        if (declarations.Open(http.User, site) is not { } inForce) return Problems.UnknownSite();
        if (request.Subjects is not { Count: > 0 and <= MostSubjects } subjects || request.Purposes is not { Count: > 0 and <= MostPurposes } purposes)
        {
            return Problems.Invalid("bad-range", "Too few or too many were asked about.",
                $"Send subjects, 1 to {MostSubjects} subject ids, and purposes, 1 to {MostPurposes} ids of the declaration.");
        }

        if (purposes.FirstOrDefault(p => inForce.Declaration.PurposeBehind(p) is null) is { } unknown) return Problems.UnknownPurpose(unknown);
        for (var i = 0; i < subjects.Count; i++)
        {
            if (!SubjectId.IsValid(subjects[i]))
                return Problems.Because(400, "subject-id", "A subject id is malformed.", $"Send visitor ids or address ids; see subjects[{i}].");
        }

        var now = time.Now();
        http.Response.Headers.CacheControl = "no-store";
        var answers = new List<IReadOnlyDictionary<string, Permit>>(subjects.Count);
        foreach (var subject in subjects)
        {
            var newest = DecisionRecorder.ReceiptOf(await log.LatestAsync(Receipt.Stream(site, subject), http.RequestAborted));
            answers.Add(purposes.Distinct(StringComparer.Ordinal).ToDictionary(p => p, p =>
            {
                var state = ConsentState.Of(newest, inForce, p, now);
                return new Permit(state.Permitted, state.Status);
            }, StringComparer.Ordinal));
        }

        return TypedResults.Ok(new Answer(site, now, answers));
    }

    internal sealed record Permit(bool Permitted, PurposeStatus Reason);

    /// <param name="Permits">One for each subject, in the order in which they were asked about: purpose → permit.</param>
    internal sealed record Answer(string Site, DateTimeOffset At, IReadOnlyList<IReadOnlyDictionary<string, Permit>> Permits);
}
