using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Records an opt-in with its proof. Anybody can type anybody's address on a page of the site: so from there it waits until the owner of the
/// address confirms it (<see cref="AskToConfirm"/>), or, where no mail can be sent, is unconfirmed and lifts nothing; and the answer does not tell
/// whether the address was known. From the controller's own systems, with a token, it may state when the person confirmed it. A topic whose
/// purpose rests on another basis than consent is recorded all the same: mail needs an opt-in of its own (<see cref="MaySend"/>).
/// </summary>
internal static partial class RecordOptIn
{
    private const int LargestBody = 4096;
    private static readonly TimeSpan ClocksMayDiffer = TimeSpan.FromMinutes(5);

    private sealed record Body(string Address, string Topic, string? Language, string? Source, DateTimeOffset? ConfirmedAt);

    /// <param name="Status"><c>subscribed</c> or <c>suppressed</c> with a token; without one <c>recorded</c>, or <c>pending</c> until the mail is answered.</param>
    private sealed record Answer(string Status);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/subscriptions", HandleAsync)
            .RequireSiteCors(MarketingUnsubscribeSetup.Service);

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        OptIns optIns, AskToConfirm askToConfirm, TimeProvider time, CancellationToken cancel)
    {
        var trusted = user.HasScope("marketing");
        if ((trusted ? declarations.Open(user, site) : declarations.InForce(site)) is not { } inForce) return Problems.UnknownSite();
        if (!trusted && SiteCors.ForeignOrigin(request, inForce.Declaration) is { } foreign) return foreign;
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (inForce.Declaration.FindTopic(body.Topic ?? "") is not { } topic) return MarketingProblems.UnknownTopic(body.Topic);
        if (!EmailAddress.TryNormalise(body.Address, out var address)) return MarketingProblems.InvalidAddress();
        var now = time.Now();
        if (Fault(body, inForce.Declaration, trusted, now) is { } fault) return fault;

        var confirmedAt = body.ConfirmedAt is { } claimed ? Earlier(claimed, now) : (DateTimeOffset?)null;
        var proof = OptInProof.On(inForce, topic, body.Language ?? inForce.Declaration.Languages[0],
            body.Source ?? (trusted ? "back-office" : "form"), confirmedAt);
        if (!trusted && askToConfirm.IsOn)
        {
            await askToConfirm.RecordAsync(inForce, topic, address, proof, cancel);
            return TypedResults.Json(new Answer("pending"), statusCode: StatusCodes.Status202Accepted);
        }

        var took = await optIns.RecordAsync(inForce, address, topic.Id, proof, cancel);
        return trusted
            ? TypedResults.Json(new Answer(took ? "subscribed" : "suppressed"), statusCode: StatusCodes.Status201Created)
            : TypedResults.Json(new Answer("recorded"), statusCode: StatusCodes.Status202Accepted);
    }

    private static ProblemHttpResult? Fault(Body body, Declaration declaration, bool trusted, DateTimeOffset now)
    {
        if (body.Language is { } language && !declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();
        if (body.Source is { } source && !SourceName().IsMatch(source))
        {
            return Problems.Invalid("invalid-source", "The source cannot be recorded.",
                "Name the place of the opt-in in letters, digits, spaces, '-', '_', '.' or '/', at most 100 characters.");
        }
        if (body.ConfirmedAt is not { } at) return null;
        if (!trusted)
        {
            return Problems.Because(401, "token-needed", "A confirmation needs a token.",
                "Leave confirmedAt out, or send a bearer token with the scope marketing.");
        }
        return at <= now + ClocksMayDiffer ? null : Problems.Invalid("future-time", "confirmedAt lies in the future.",
            "Send the moment at which the person confirmed, in UTC.");
    }

    private static DateTimeOffset Earlier(DateTimeOffset claimed, DateTimeOffset now) => claimed < now ? claimed.ToUniversalTime() : now;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}\z")]
    private static partial Regex SourceName();
}
