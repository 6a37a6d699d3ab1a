using System.Security.Claims;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Records an opt-in with its proof. Anybody can type anybody's address on a page of the site: so from there it waits until the owner of the
/// address confirms it (<see cref="AskToConfirm"/>), and is refused where no mail can be sent; and the answer does not tell whether the address
/// was known. From the controller's own systems, with a token, it may state when the person confirmed it, or what proves it (<see cref="StatedProof"/>);
/// with neither it is unproven, and is not mailed. Nothing that it states lifts a "no": the answer says who does. Such a system may also state a soft
/// opt-in, with its facts (<see cref="SoftOptIn"/>). A topic whose purpose rests on another basis than consent is recorded all the same: mail needs an opt-in
/// of its own (<see cref="MaySend"/>).
/// </summary>
internal static partial class RecordOptIn
{
    private const int LargestBody = 4096;
    private const string Suppressed = "suppressed";

    /// <summary>What a page may call itself: of strangers no words are kept.</summary>
    private static readonly string[] Pages = ["form", "footer", "checkout", "account", "pop-up", "landing-page"];

    /// <param name="OfAge">See <see cref="StatedProof"/>, as for the times, the evidence, the authorisation and the basis.</param>
    /// <param name="Channel">By which it is to be sent; e-mail unless said.</param>
    /// <param name="ObtainedInSale">See <see cref="SoftOptIn"/>, as for the other three facts.</param>
    /// <param name="AlsoKnownAs">With a token: another address, or a number, of the same person (<see cref="SamePerson"/>).</param>
    private sealed record Body(
        string Address, string Topic, string? Language, string? Source, DateTimeOffset? OptedInAt, DateTimeOffset? ConfirmedAt, string? Evidence,
        bool? OfAge, ParentalAuthorisation? ParentalAuthorisation, string? Channel = null, string? Basis = null, SoftOptInFact? ObtainedInSale = null,
        SoftOptInFact? SameLegalEntity = null, SoftOptInFact? OwnSimilarProducts = null, SoftOptInFact? OptOutOfferedAtCollection = null,
        string? AlsoKnownAs = null);

    /// <param name="Status">
    /// With a token, what the address is then: <c>subscribed</c>; <c>soft-opt-in</c> or <c>legitimate-interest</c> where that is on what it may be sent;
    /// <c>unproven</c>, <c>no-basis</c>, <c>ask-again</c>, <c>not-loaded</c> (recorded, and a "no" may not have been heard of yet); else <c>suppressed</c>. Without one <c>recorded</c>, or <c>pending</c> until the mail is answered.
    /// </param>
    /// <param name="Detail">Where it is suppressed, how the person comes back; else absent.</param>
    private sealed record Answer(string Status, string? Detail = null);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/marketing/subscriptions", HandleAsync)
            .RequireSiteCors(MarketingUnsubscribeSetup.Service);

    private static async Task<IResult> HandleAsync(
        string site, HttpRequest request, ClaimsPrincipal user, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        OptIns optIns, TypedOptIns typed, SamePerson same, TimeProvider time, CancellationToken cancel)
    {
        var trusted = user.HasScope("marketing");
        if ((trusted ? declarations.Open(user, site) : declarations.InForce(site)) is not { } inForce) return Problems.UnknownSite();
        if (!trusted && SiteCors.ForeignOrigin(request, inForce.Declaration) is { } foreign) return foreign;
        var (body, problem) = await JsonBody.ReadAsync<Body>(request, LargestBody);
        if (body is null) return problem!;
        var declaration = inForce.Declaration;
        if (TopicOnChannel.Find(declaration, body.Topic, body.Channel) is not { } topic) return MarketingProblems.NoSuchTopic(declaration, body.Topic);
        if (!ContactAddress.TryNormalise(body.Address, topic.Channel, declaration.Controller.Country, out var address)) return MarketingProblems.InvalidAddress();
        if (!trusted && !ContactAddress.IsEmail(address)) return MarketingProblems.NumberNeedsToken();
        var (stated, now) = (ProofIn(body), time.Now());
        if (Fault(body, stated, declaration, trusted, now) is { } fault) return fault;
        var other = SamePerson.Read(body.AlsoKnownAs, address, declaration.Controller.Country);
        if (body.AlsoKnownAs is not null && other is null) return MarketingProblems.NotAlsoKnownAs(SamePerson.NoOther);

        var shown = OptInProof.On(inForce, topic.Declared, body.Language ?? declaration.Languages[0], body.Source ?? (trusted ? "back-office" : "form"), null);
        var proof = stated.On(shown, trusted ? StatedProof.ClientOf(user) : null, now);
        if (trusted)
        {
            // First, so that the answer tells what the person stopped under the other address.
            if (other is not null && !await same.NoteAsync(inForce, address, other, cancel)) return MarketingProblems.NotAlsoKnownAs(SamePerson.TooMany);
            await optIns.RecordAsync(inForce, address, topic.Id, proof, cancel);
            var stands = StatusOf(await optIns.DecideAsync(inForce, address, topic.Id, cancel));
            return TypedResults.Json(new Answer(stands, stands == Suppressed ? WhoLifts(address) : null), statusCode: StatusCodes.Status201Created);
        }

        return await typed.RecordAsync(inForce, topic, address, proof, cancel) is { } status
            ? TypedResults.Json(new Answer(status), statusCode: StatusCodes.Status202Accepted)
            : MarketingProblems.MailNeeded();
    }

    private static string StatusOf(SendDecision decision) => decision switch
    {
        { Reason: "opted-in" } => "subscribed",
        { Permitted: true } or { Reason: "unproven" or "no-basis" or "ask-again" or "not-loaded" } => decision.Reason,
        _ => Suppressed,
    };

    private static string WhoLifts(string address) => ContactAddress.IsEmail(address)
        ? "Only the person comes back, by himself: send his address from a page of the site, without a token, and he confirms it in the mail that he is sent then."
        : "Only the person could come back, by himself, and nothing here has him confirm a telephone number: do not call it or write to it.";

    private static StatedProof ProofIn(Body body) => new(
        body.OptedInAt, body.ConfirmedAt, body.Evidence, body.OfAge, body.ParentalAuthorisation, body.Basis,
        StatedProof.SoftOptInOf(body.Basis, body.ObtainedInSale, body.SameLegalEntity, body.OwnSimilarProducts, body.OptOutOfferedAtCollection));

    private static ProblemHttpResult? Fault(Body body, StatedProof stated, Declaration declaration, bool trusted, DateTimeOffset now)
    {
        if (declaration.Retired) return MarketingProblems.RetiredSite();
        if (body.Language is { } language && !declaration.Languages.Contains(language)) return MarketingProblems.UnknownLanguage();
        if (body.Source is { } source && !(trusted ? SourceName().IsMatch(source) : Pages.Contains(source))) return MarketingProblems.InvalidSource(trusted ? null : Pages);
        if (!trusted && body.AlsoKnownAs is not null) return MarketingProblems.SamePersonNeedsToken();
        if (!trusted && stated.NeedsToken) return MarketingProblems.ProofNeedsToken();
        if (!trusted && declaration.Children is not null && stated.OfAge is not true) return MarketingProblems.AgeNeeded();
        if (stated.IsToCome(now)) return MarketingProblems.FutureTime();
        return stated.WhyNot(now) is { } why ? Problems.Invalid("invalid-proof", "This proves no opt-in.", why) : null;
    }

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}\z")]
    private static partial Regex SourceName();
}
