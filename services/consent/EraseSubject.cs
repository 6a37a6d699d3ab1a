using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// <c>DELETE /v1/sites/{site}/subjects/{subject}</c> (GDPR art. 17): every receipt of the person on the site is deleted and the key
/// under which they were written destroyed; a tombstone that names nobody tells every subscriber to do likewise. What the person
/// decides afterwards begins anew. Needs a token: an erasure takes objections away too, so somebody must know who asks. Of an address a keyed
/// hash remains at marketing, under which it is mailed no more (GDPR art. 17(3), 21(3)); the answer says so, for the person to be told.
/// </summary>
internal static class EraseSubject
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/v1/sites/{site}/subjects/{subject}", HandleAsync).RequireScope("consent");

    /// <summary>Erases the stream; null for a person of whom nothing is known.</summary>
    /// <param name="version">See <see cref="IRecordLog.EraseAsync"/>.</param>
    public static Task<LogRecord?> EraseAsync(IRecordLog log, string site, string subject, DateTimeOffset now, ErasureReason reason = ErasureReason.Request, long? version = null) =>
        log.EraseAsync(Receipt.Stream(site, subject), ContractJson.Write(new Tombstone(site, reason)), now, version);

    /// <summary>The site that a tombstone speaks of; null where nothing but the hash is left.</summary>
    public static string? SiteOf(LogRecord tombstone) => Of(tombstone)?.Site;

    /// <summary>Null where nothing but the hash is left; of tombstones of old, which did not tell, a request.</summary>
    public static ErasureReason? ReasonOf(LogRecord tombstone) => Of(tombstone)?.Reason;

    private static Tombstone? Of(LogRecord tombstone) => tombstone.Payload.Length == 0 ? null : tombstone.Read<Tombstone>();

    private static async Task<IResult> HandleAsync(
        string site, string subject, HttpContext http, DeclarationLog declarations,
        [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time)
    {
        if (declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        return SubjectId.IsValid(subject) ? Answer(await EraseAsync(log, site, subject, time.Now()), subject) : ReadState.MalformedSubject();
    }

    private static IResult Answer(LogRecord? tombstone, string subject) => TypedResults.Ok(new Erasure(
        tombstone?.Kind == LogRecord.Erased ? tombstone.Id : null, tombstone?.RecordedAt, tombstone is not null && SubjectId.IsAddress(subject) ? ErasedAddress.HashRemains : null));

    private sealed record Tombstone(string Site, ErasureReason Reason = ErasureReason.Request);

    /// <param name="Tombstone">Its id, by which the subscribers' acknowledgements can be traced; absent when nothing was known.</param>
    /// <param name="Remains">What is left of an address, in one sentence to be told to the person; absent for a visitor, and when nothing was known.</param>
    private sealed record Erasure(string? Tombstone, DateTimeOffset? ErasedAt, string? Remains);
}
