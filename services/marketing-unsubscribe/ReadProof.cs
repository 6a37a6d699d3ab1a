using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// <c>GET /v1/sites/{site}/marketing/records/{id}</c>: one record of this service, by the id that a check tells as <c>receipt</c>, with what shows that the
/// person consented (GDPR art. 7(1)), or on what a soft opt-in rests: the proof as it was recorded, and in clear the texts of which it has the hashes. For
/// marketing and for auditors, whose looks are noted first (<see cref="NoteLook"/>). Neither the address nor its id is told: who asks had the id of
/// the record from a check of the address, or from a trace.
/// </summary>
internal static class ReadProof
{
    /// <param name="Topic">On its channel, or <c>*</c> for everything.</param>
    /// <param name="Proof">Of the opt-in that was recorded; else of the one that holds by it, as after an opt-out that was taken back. Null for an opt-out.</param>
    /// <param name="Text">What <see cref="OptInProof.TextHash"/> is of.</param>
    /// <param name="Mail">What the <see cref="OptInProof.MailHash"/> of the person's own word is of; null where no mail was sent, or its text was not kept yet then.</param>
    private sealed record Answer(
        string Id, string Kind, string Topic, string Action, string? Language, DateTimeOffset RecordedAt, OptInProof? Proof, ShownText? Text, MailText? Mail);

    private sealed record ShownText(string Name, string Description);

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/v1/sites/{site}/marketing/records/{id}", HandleAsync).RequireScope("marketing", "audit");

    private static async Task<IResult> HandleAsync(
        string site, string id, HttpContext http, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations,
        [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog log, MailTexts mails, NoteLook looks, CancellationToken cancel)
    {
        if (declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        http.Response.Headers.CacheControl = "no-store";
        // Of an erased person a tombstone is left, or what says the same: it tells no more than an id that nobody knows.
        if (await log.FindByIdAsync(id, cancel) is not { } found || !MarketingRecord.IsOfAnAddress(found.Kind)
            || found.Read<MarketingRecord>() is not { Action: not ErasureDecisions.Erasure } record || record.Site != site)
            return UnknownRecord();

        var entry = record.Topics.GetValueOrDefault(record.Topic);
        var proof = (entry is { } made && made.By == found.Id ? made.Proof : null) ?? record.Proof ?? entry?.Proof;
        var shown = proof is null ? null : declarations.ByHash(site, proof.Declaration);
        // The site may have been another controller's when it was recorded.
        if (shown is not null && !Tenancy.Allows(http.User, site, shown.Declaration.Controller.Id)) return UnknownRecord();
        if (await looks.RunAsync(http, new NoteLook.Look(site, "opt-in-proof", [record.SubjectId], found.Id), cancel) is { } refused) return refused;
        var mail = proof?.OwnWord?.MailHash is { } hash ? await mails.FindAsync(hash, cancel) : null;
        return TypedResults.Ok(new Answer(
            found.Id, record.Kind, record.Topic, record.Action, record.Language, record.RecordedAt, proof, TextOf(shown?.Declaration, record.Topic, proof), mail));
    }

    /// <summary>Null where the declaration is not held here, or has no such text.</summary>
    private static ShownText? TextOf(Declaration? shown, string topic, OptInProof? proof) =>
        proof is not null && shown?.FindTopic(topic) is { } declared && OptInProof.TextHashOf(declared, proof.Language) == proof.TextHash
            ? new ShownText(declared.Name.In(proof.Language), declared.Description.In(proof.Language))
            : null;

    private static ProblemHttpResult UnknownRecord() => Problems.Because(404, "unknown-record", "There is no such record of marketing here.",
        "Send the receipt that a check told of an address; one that the consent service recorded is told by /v1/audit/trace/{id}.");
}
