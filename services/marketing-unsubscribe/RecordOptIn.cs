using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Records an opt-in with its proof. Anybody can type anybody's address on a page of the site: so from there it waits until the owner of the
/// address confirms it (<see cref="AskToConfirm"/>), and is refused where no mail can be sent; and the answer does not tell whether the address
/// was known. From the controller's own systems, with a token, it may state when the person confirmed it, or what proves it (<see cref="StatedProof"/>);
/// with neither it is unproven, and is not mailed. A topic whose purpose rests on another basis than consent is recorded all the same: mail needs an
/// opt-in of its own (<see cref="MaySend"/>).
/// </summary>
internal static partial class RecordOptIn
{
    private const int LargestBody = 4096;

    /// <summary>What a page may call itself: of strangers no words are kept.</summary>
    private static readonly string[] Pages = ["form", "footer", "checkout", "account", "pop-up", "landing-page"];

    /// <param name="OfAge">See <see cref="StatedProof"/>, as for the times, the evidence and the authorisation.</param>
    private sealed record Body(
        string Address, string Topic, string? Language, string? Source, DateTimeOffset? OptedInAt, DateTimeOffset? ConfirmedAt, string? Evidence,
        bool? OfAge, ParentalAuthorisation? ParentalAuthorisation);

    /// <param name="Status">
    /// With a token, what the address is then: <c>subscribed</c>, <c>unproven</c>, <c>ask-again</c>, else <c>suppressed</c>. Without one <c>recorded</c>, or
    /// <c>pending</c> until the mail is answered.
    /// </param>
    private sealed record Answer(string Status);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/subscriptions", HandleAsync)
            .RequireSiteCors(MarketingUnsubscribeSetup.Service);

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        OptIns optIns, AskToConfirm askToConfirm, IConfiguration settings, TimeProvider time, CancellationToken cancel)
    {
        var trusted = user.HasScope("marketing");
        if ((trusted ? declarations.Open(user, site) : declarations.InForce(site)) is not { } inForce) return Problems.UnknownSite();
        if (!trusted && SiteCors.ForeignOrigin(request, inForce.Declaration) is { } foreign) return foreign;
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        if (inForce.Declaration.FindTopic(body.Topic ?? "") is not { } topic) return MarketingProblems.UnknownTopic(body.Topic);
        if (!EmailAddress.TryNormalise(body.Address, out var address)) return MarketingProblems.InvalidAddress();
        var (stated, now) = (new StatedProof(body.OptedInAt, body.ConfirmedAt, body.Evidence, body.OfAge, body.ParentalAuthorisation), time.Now());
        if (Fault(body, stated, inForce.Declaration, trusted, now) is { } fault) return fault;

        var shown = OptInProof.On(inForce, topic, body.Language ?? inForce.Declaration.Languages[0], body.Source ?? (trusted ? "back-office" : "form"), null);
        var proof = stated.On(shown, trusted ? StatedProof.ClientOf(user) : null, now);
        if (trusted)
        {
            await optIns.RecordAsync(inForce, address, topic.Id, proof, cancel);
            return TypedResults.Json(new Answer(StatusOf(await optIns.DecideAsync(inForce, address, topic.Id, cancel))), statusCode: StatusCodes.Status201Created);
        }

        if (askToConfirm.IsOn) await askToConfirm.RecordAsync(inForce, topic, address, proof, cancel);
        else if (MailSettings.AllowsUnconfirmed(settings)) await optIns.RecordAsync(inForce, address, topic.Id, proof, cancel);
        else return MarketingProblems.MailNeeded();
        return TypedResults.Json(new Answer(askToConfirm.IsOn ? "pending" : "recorded"), statusCode: StatusCodes.Status202Accepted);
    }

    private static string StatusOf(SendDecision decision) => decision switch
    {
        { Permitted: true } => "subscribed",
        { Reason: "unproven" or "ask-again" } => decision.Reason,
        _ => "suppressed",
    };

    private static ProblemHttpResult? Fault(Body body, StatedProof stated, Declaration declaration, bool trusted, DateTimeOffset now)
    {
        if (declaration.Retired) return MarketingProblems.RetiredSite();
        if (body.Language is { } language && !declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();
        if (body.Source is { } source && !(trusted ? SourceName().IsMatch(source) : Pages.Contains(source))) return MarketingProblems.InvalidSource(trusted ? null : Pages);
        if (!trusted && stated.NeedsToken) return MarketingProblems.ProofNeedsToken();
        if (!trusted && declaration.Children is not null && stated.OfAge is not true) return MarketingProblems.AgeNeeded();
        if (stated.IsToCome(now)) return MarketingProblems.FutureTime();
        return stated.WhyNot(now) is { } why ? Problems.Invalid("invalid-proof", "This proves no opt-in.", why) : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}\z")]
    private static partial Regex SourceName();
}
