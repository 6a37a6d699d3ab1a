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
    internal sealed record Request(
        string? SubjectId, long? HeldVersion, Dictionary<string, bool>? Purposes, string? Declaration, string? Language, string? Action,
        string? Source, DateTimeOffset? ClaimedAt);

    private static async Task<IResult> HandleAsync(string site, HttpRequest http, DeclarationLog declarations, DecisionRecorder recorder)
    {
        var (request, problem) = await JsonBody.ReadAsync<Request>(http, LargestBody);
        if (request is null) return problem!;
        if (declarations.InForce(site)?.Declaration is not { } inForce) return Problems.UnknownSite();
        if (WhyNotAttributable(request.SubjectId, http.HttpContext, inForce) is { } unattributable) return unattributable;
        if (request.Purposes is not { Count: > 0 and <= MostPurposes } purposes)
            return Problems.Invalid(DropReason.Nothing, "Nothing was decided.", $"Send purposes: 1 to {MostPurposes} ids of the declaration, each true or false.");
        if (!TryReadKey(http, out var key))
            return Problems.Because(400, "idempotency-key", "The Idempotency-Key is malformed.", "Send 1 to 128 visible ASCII characters.");

        var labelled = new[] { request.Action, request.Source, request.Language }.All(l => l is null || Label().IsMatch(l));
        var decided = new Decided(
            site, request.SubjectId!, Math.Max(0, request.HeldVersion ?? 0), purposes,
            request.Declaration is { } hash ? declarations.ByHash(site, hash) : null,
            labelled ? request.Language : null, labelled ? request.Action : null, labelled ? request.Source : null, request.ClaimedAt?.ToUniversalTime(),
            GrantsBarred: SiteCors.ForeignOrigin(http, inForce) is not null ? DropReason.ForeignOrigin : labelled ? null : DropReason.MalformedLabel);
        return await recorder.RecordAsync(decided, inForce, key is null ? null : ($"key:{key}", CanonicalJson.Hash(request))) switch
        {
            Recorded.Stored { Receipt: var receipt } => TypedResults.Created($"/v1/sites/{site}/receipts/{receipt.Id}", receipt),
            Recorded.Stale stale => ToProblem(stale),
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

    private static bool TryReadKey(HttpRequest http, out string? key)
    {
        key = http.Headers.TryGetValue("Idempotency-Key", out var sent) ? sent.ToString() : null;
        return key is null || (key.Length is > 0 and <= 128 && key.All(c => c is > ' ' and <= '~'));
    }

    private static IResult ToProblem(Recorded.Stale stale)
    {
        var newest = new Dictionary<string, object?> { ["receipt"] = stale.Newest };
        return stale.Reason == DropReason.FutureVersion
            ? Problems.Because(409, "future-version", "That version has not been reached.", "Take over the newest receipt, which is given here, and ask the person again.", newest)
            : Problems.Because(409, "newer-no", "The person has said no since.", "Take over the newest receipt, which is given here; ask again only if the person wants to be asked.", newest);
    }

    private static IResult ToProblem(Recorded.Refused refused) => refused.Reason switch
    {
        DropReason.UnknownDeclaration => Problems.Invalid("unknown-declaration", "No such declaration was published for this site.",
            "Send the hash of the declaration that the person was shown, from GET /v1/sites/{site}/declaration."),
        DropReason.NoConsentNeeded => Problems.Invalid("no-consent-needed", "This purpose does not rest on consent.",
            $"Leave out '{Problems.Shown(refused.Purpose)}': there is nothing to grant; an objection can be sent as false."),
        DropReason.MalformedLabel => Problems.Invalid("malformed-label", "Action, source or language is malformed.",
            "Send up to 64 lower-case letters, digits and hyphens for action and source, and a language tag such as nl."),
        _ => Problems.UnknownPurpose(refused.Purpose),
    };

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9-]{0,63}\\z")]
    private static partial Regex Label();
}
