using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Consent.ConsentService;

/// <summary>
/// <c>GET /v1/sites/{site}/receipts/{id}/document</c>: the receipt as a consent record and receipt of ISO/IEC TS 27560:2023, signed
/// when it is asked for: <c>application/json</c>, or <c>application/ld+json</c> in the W3C DPV profile. Setting: <c>PublicUrl</c>,
/// the address under which people reach the product.
/// </summary>
/// <remarks>
/// The member <c>signature</c> is a JWS with detached payload (RFC 7515, appendix F); the payload is the canonical form (RFC 8785)
/// of the document without that member. The time of the answer stands inside what is signed, because <c>expired</c> says something
/// only at a time. The document tells of one receipt: whether a later one has replaced it, it does not say.
/// </remarks>
internal static class ServeReceiptDocument
{
    public const string Type = "consent-receipt+jws";
    private const string Json = "application/json";
    private const string LinkedData = "application/ld+json";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/v1/sites/{site}/receipts/{id}/document", HandleAsync).RequireSiteCors(ConsentSetup.Service);

    /// <summary>The document with its signature.</summary>
    public static JsonObject Sign(JsonObject document, SigningKey key, string mediaType)
    {
        document["signature"] = key.SignDetached(CanonicalJson.Write(document), Type, mediaType["application/".Length..]);
        return document;
    }

    private static async Task<IResult> HandleAsync(string site, string id, HttpContext http, ReadState.Reader reader, [FromKeyedServices(ConsentSetup.Service)] SigningKeys keys, IConfiguration settings)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = HeaderNames.Accept;
        if (ChooseMediaType.Of(http.Request.Headers.Accept, [Json, LinkedData]) is not { } form) return NotAcceptable();
        if (await ReadState.ReceiptForAsync(site, id, http, reader) is not { } receipt) return ReadState.UnknownReceipt();

        // What is signed says all that is known: also a text that another replica published a moment ago.
        await reader.Declarations.CatchUpForAsync(site, receipt.Declaration, receipt.Purposes.Keys.Where(purpose => purpose != Receipt.Everything), http.RequestAborted);
        var publicUrl = (settings["PublicUrl"] ?? "http://localhost:8080").TrimEnd('/');
        var evidence = new ReceiptEvidence(receipt, reader.Declarations.Of(site), publicUrl, reader.Time.Now());
        var document = form == LinkedData ? ReceiptAsLinkedData.Of(evidence) : ReceiptAsJson.Of(evidence);
        return TypedResults.Bytes(ContractJson.Write(Sign(document, keys.Current, form)), form);
    }

    private static ProblemHttpResult NotAcceptable() => Problems.Because(406, "not-acceptable", "The document has no such form.",
        $"Send the header Accept with {Json} or {LinkedData}, or leave it out.");
}
