using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.ConsentService;

/// <summary>
/// <c>DELETE /v1/sites/{site}/subjects/{subject}</c> (GDPR art. 17): every receipt of the person on the site is deleted and the key
/// under which they were written destroyed; a tombstone that names nobody tells every subscriber to do likewise. What the person
/// decides afterwards begins anew. Needs a token: an erasure takes objections away too, so somebody must know who asks.
/// </summary>
internal static class EraseSubject
{
    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/v1/sites/{site}/subjects/{subject}", HandleAsync).RequireScope("consent");

    /// <summary>Erases the stream; null for a person of whom nothing is known.</summary>
    public static Task<LogRecord?> EraseAsync(IRecordLog log, string site, string subject, DateTimeOffset now) =>
        log.EraseAsync(Receipt.Stream(site, subject), ContractJson.Write(new Tombstone(site)), now);

    /// <summary>The site that a tombstone speaks of; null where nothing but the hash is left.</summary>
    public static string? SiteOf(LogRecord tombstone) => tombstone.Payload.Length == 0 ? null : tombstone.Read<Tombstone>().Site;

    private static async Task<IResult> HandleAsync(
        string site, string subject, HttpContext http, DeclarationLog declarations,
        [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time)
    {
        if (declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        return SubjectId.IsValid(subject) ? Answer(await EraseAsync(log, site, subject, time.Now())) : ReadState.MalformedSubject();
    }

    private static IResult Answer(LogRecord? tombstone) =>
        TypedResults.Ok(new Erasure(tombstone?.Kind == LogRecord.Erased ? tombstone.Id : null, tombstone?.RecordedAt));

    private sealed record Tombstone(string Site);

    /// <param name="Tombstone">Its id, by which the subscribers' acknowledgements can be traced; absent when nothing was known.</param>
    private sealed record Erasure(string? Tombstone, DateTimeOffset? ErasedAt);
}
