using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Consent.Contracts;
using Consent.ServiceDefaults;

namespace Consent.ConsentService;

/// <summary><c>POST /v1/sites/{site}/decisions</c>: a person decides. 201 once it is on disk, with the receipt.</summary>
internal static partial class RecordDecision
{
    private const int LargestBody = 64 * 1024;
    private const int MostPurposes = 200;

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/v1/sites/{site}/decisions", HandleAsync).RequireSiteCors(ConsentSetup.Service);

    /// <param name="Purposes">Only what the person decided.</param>
    /// <param name="Declaration">Hash of the declaration that was shown; a grant needs it.</param>
    /// <param name="HeldVersion">Version of the receipt that the caller holds; leave out for none.</param>
    /// <param name="Collection">With what the choice was collected.</param>
    /// <param name="ActedBy">Who acted for the person; needs a token. The client is named by its token, not by the caller.</param>
    /// <param name="ParentalAuthorisation">Where the declaration offers the service to children.</param>
    /// <param name="OfAge">True when the person says to be of the age at which he consents himself (GDPR art. 8(1)).</param>
    internal sealed record Request(
        string? SubjectId, long? HeldVersion, Dictionary<string, bool>? Purposes, string? Declaration, string? Language, string? Action,
        string? Source, DateTimeOffset? ClaimedAt, Collection? Collection = null, ActingFor? ActedBy = null,
        ParentalAuthorisation? ParentalAuthorisation = null, bool? OfAge = null);

    /// <param name="Person">A pseudonym of the caller's own, such as a staff number; never a name.</param>
    /// <param name="Capacity">Such as <c>staff</c>, <c>app</c>, <c>representative</c>, <c>parent</c>.</param>
    internal sealed record ActingFor(string? Person, string? Capacity);

    private static async Task<IResult> HandleAsync(string site, HttpRequest http, DeclarationLog declarations, DecisionRecorder recorder)
    {
        var (request, bytes, problem) = await JsonBody.ReadWithBytesAsync<Request>(http, LargestBody);
        if (request is null) return problem!;
        await declarations.CatchUpForAsync(site, request.Declaration, (IEnumerable<string>?)request.Purposes?.Keys ?? [], http.HttpContext.RequestAborted);
        if (declarations.InForce(site) is not { } published) return Problems.UnknownSite();
        var inForce = published.Declaration;
        if (WhyNotAttributable(request.SubjectId, http.HttpContext, inForce) is { } unattributable) return unattributable;
        if (request.Purposes is not { Count: > 0 and <= MostPurposes } purposes)
            return Problems.Invalid(DropReason.Nothing, "Nothing was decided.", $"Send purposes: 1 to {MostPurposes} ids of the declaration, each true or false.");
        var hasNo = purposes.ContainsValue(false);
        // A "no" is not refused over a key: it is stored without.
        if (!TryReadKey(http, out var key) && !hasNo)
            return Problems.Because(400, "idempotency-key", "The Idempotency-Key is malformed.", "Send 1 to 128 visible ASCII characters.");

        // What is malformed bars a grant; a "no" is stored without it.
        var labelled = Labels(request).All(l => l is null || Label().IsMatch(l));
        var kept = labelled ? request : request with { Language = null, Action = null, Source = null, Collection = null, ActedBy = null, ParentalAuthorisation = null };
        var decided = new Decided(
            site, request.SubjectId!, Math.Max(0, request.HeldVersion ?? 0), purposes,
            request.Declaration is { } hash ? declarations.ByHash(site, hash) : null,
            kept.Language, kept.Action, kept.Source, request.ClaimedAt?.ToUniversalTime(),
            GrantsBarred: SiteCors.ForeignOrigin(http, inForce) is not null ? DropReason.ForeignOrigin : labelled ? null : DropReason.MalformedLabel)
        {
            Collection = kept.Collection,
            ActedBy = ActorOf(kept.ActedBy, http.HttpContext, inForce),
            ParentalAuthorisation = kept.ParentalAuthorisation,
            OfAge = request.OfAge ?? false,
            Gpc = ServeGpc.IsOn(http),
        };
        var recorded = await recorder.RecordAsync(decided, published, key is null ? null : ($"key:{key}", Convert.ToBase64String(SHA256.HashData(bytes.Span))));
        if (recorded is Recorded.KeyReused && hasNo) recorded = await recorder.RecordAsync(decided, published, null);
        return recorded switch
        {
            Recorded.Stored { Receipt: var receipt } => new ReceiptAnswer(receipt),
            Recorded.Stale stale => ToProblem(stale, decided, inForce),
            Recorded.KeyReused => Problems.Invalid("idempotency-key-reused", "This Idempotency-Key was used for another request.",
                "Repeat a request only with the very same body; make a new key for a new decision."),
            Recorded.Refused { Reason: DropReason.ForeignOrigin } => SiteCors.ForeignOrigin(http, inForce)!,
            Recorded.Refused refused => ToProblem(refused),
            _ => throw new InvalidOperationException("A decision has no other outcome."),
        };
    }

    /// <summary>Without a token a person is a visitor; with one, the caller must be the controller's.</summary>
    private static IResult? WhyNotAttributable(string? subject, HttpContext context, Declaration inForce)
    {
        if (SubjectId.IsVisitor(subject)) return null;
        var trusted = context.User.HasScope("consent") && Tenancy.Allows(context.User, inForce.Site, inForce.Controller.Id);
        return trusted && SubjectId.IsValid(subject) ? null : ReadState.MalformedSubject();
    }

    /// <summary>Whoever sends a token acts for the person, unless the person's own browser does; only then is a name for the one who acted believed.</summary>
    private static Actor? ActorOf(ActingFor? acting, HttpContext context, Declaration inForce)
    {
        if (!context.User.HasScope("consent") || !Tenancy.Allows(context.User, inForce.Site, inForce.Controller.Id)) return null;
        var client = context.User.FindFirst("client_id")?.Value ?? context.User.FindFirst("azp")?.Value ?? context.User.FindFirst("sub")?.Value ?? "unnamed";
        return new Actor(client, acting?.Person, acting?.Capacity ?? "app");
    }

    private static string?[] Labels(Request request) =>
    [
        request.Action, request.Source, request.Language, request.Collection?.Build, request.Collection?.Layout, request.Collection?.Element,
        request.ActedBy?.Person, request.ActedBy?.Capacity, request.ParentalAuthorisation?.Method, request.ParentalAuthorisation?.Reference,
    ];

    private static bool TryReadKey(HttpRequest http, out string? key)
    {
        key = http.Headers.TryGetValue("Idempotency-Key", out var sent) ? sent.ToString() : null;
        if (key is null || (key.Length is > 0 and <= 128 && key.All(c => c is > ' ' and <= '~'))) return true;
        key = null;
        return false;
    }

    private static IResult ToProblem(Recorded.Stale stale, Decided decided, Declaration inForce)
    {
        var newest = new Dictionary<string, object?> { ["receipt"] = stale.Newest };
        return stale.Reason == DropReason.FutureVersion
            ? Problems.Because(409, "future-version", "That version has not been reached.", "Take over the newest receipt, which is given here, and ask the person again.", newest)
            : decided.IsStated && stale.Newest?.Version <= decided.HeldVersion
            ? Problems.Because(409, "newer-no", "The person has said no, which nothing that is stated of an address lifts.",
                decided.Purposes.All(p => !p.Value || inForce.FindTopic(p.Key) is null)
                    ? "Only the person comes back, and to its topics one by one: send his address for each from a page of the site to the marketing service, without a token, and he confirms it by mail."
                    : "Only the person comes back, by himself: send his address from a page of the site to the marketing service, without a token, and he confirms it by mail.",
                newest)
            : Problems.Because(409, "newer-no", "The person has said no since.", "Take over the newest receipt, which is given here; ask again only if the person wants to be asked.", newest);
    }

    private static IResult ToProblem(Recorded.Refused refused) => refused.Reason switch
    {
        DropReason.UnknownDeclaration => Problems.Invalid("unknown-declaration", "No such declaration was published for this site.",
            "Send the hash of the declaration that the person was shown, from GET /v1/sites/{site}/declaration."),
        DropReason.NoConsentNeeded => Problems.Invalid("no-consent-needed", "This purpose does not rest on consent.",
            $"Leave out '{Problems.Shown(refused.Purpose)}': there is nothing to grant; an objection can be sent as false."),
        DropReason.MalformedLabel => Problems.Invalid("malformed-label", "A label is malformed.",
            "Send up to 64 letters, digits, dots and hyphens for action, source and the like, and a language tag such as nl."),
        DropReason.RetiredSite => Problems.Invalid("retired-site", "This site is retired.",
            "Grant nothing here any more; a refusal, withdrawal or objection is still taken."),
        DropReason.SupersededDeclaration => Problems.Invalid("superseded-declaration", "The declaration that was shown is no longer in force.",
            "Show the person the declaration in force, from GET /v1/sites/{site}/declaration, and ask again."),
        DropReason.ParentalAuthorisation => Problems.Invalid("parental-authorisation", "A child's consent needs the authorisation of a parent.",
            "Send parentalAuthorisation with the method by which it was verified, or ofAge: true when the person says to be old enough."),
        _ => Problems.UnknownPurpose(refused.Purpose),
    };

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9.-]{0,63}\\z")]
    private static partial Regex Label();
}
