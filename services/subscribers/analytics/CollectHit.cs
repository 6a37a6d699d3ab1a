using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;

namespace Consent.Analytics;

/// <summary>
/// <c>POST /collect/{site}</c>, public, for the site's own pages: takes a hit, and forwards it when its subject has consented.
/// The subject comes in the header <c>Consent-Subject</c> or, for <c>navigator.sendBeacon</c>, in the member <c>subjectId</c>.
/// "Forwarded" in the answer means accepted for forwarding: hits are counts, not records, and one may be lost on the way.
/// </summary>
internal static class CollectHit
{
    private const int LargestBody = 8 * 1024;

    internal sealed record Answer(bool Forwarded, string? Reason);

    public static void MapCollectHit(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/collect/{site}", HandleAsync).RequireSiteCors(AnalyticsSetup.Service);

    private static async Task<IResult> HandleAsync(
        string site,
        HttpContext context,
        [FromKeyedServices(AnalyticsSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(AnalyticsSetup.Service)] SubscriberState state,
        AnalyticsSettings settings,
        ForwardHits forward,
        AnalyticsMetrics metrics,
        TimeProvider time)
    {
        if (declarations.InForce(site) is not { } inForce) return Problems.UnknownSite();
        if (SiteCors.ForeignOrigin(context.Request, inForce.Declaration) is { } foreign) return foreign;
        var (body, problem) = await JsonBody.ReadAsync<HitBody>(context.Request, LargestBody);
        if (body is null) return problem!;
        var subject = context.Request.Headers.TryGetValue("Consent-Subject", out var header) ? header.ToString() : body.SubjectId;
        if (!SubjectId.IsVisitor(subject))
            return Problems.Because(400, "subject-id", "The subject id is missing or malformed.",
                "Send one visitor id, 32 lower-case hexadecimal digits, as header Consent-Subject or as member subjectId; without consent send nothing.");

        var (permitted, status) = state.IsPermitted(site, subject!, settings.Purpose);
        if (!permitted) return Dropped(status);
        if (!forward.TryAccept(Hit.Of(site, body, context.Connection.RemoteIpAddress, time.Now()), out var reason)) return Dropped(reason);
        metrics.Forwarded(site);
        return Accepted(new Answer(true, null));

        IResult Dropped(string why)
        {
            metrics.Dropped(site, why);
            return Accepted(new Answer(false, why));
        }
    }

    private static IResult Accepted(Answer answer) => TypedResults.Json(answer, statusCode: StatusCodes.Status202Accepted);
}
