using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Messaging;
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
    public const string AskedKind = "erasure-asked";
    private const string Placeholder = "placeholder";

    public static void Map(IEndpointRouteBuilder endpoints) =>
        endpoints.MapDelete("/v1/sites/{site}/subjects/{subject}", HandleAsync).RequireScope("consent");

    /// <summary>Erases the stream; null for a person of whom nothing is known.</summary>
    /// <param name="version">Of the newest record that there may be: where another came behind it, nothing is erased, and that one returned. Null for whatever there is.</param>
    public static Task<LogRecord?> EraseAsync(
        IRecordLog log, string site, string subject, DateTimeOffset now, ErasureReason reason = ErasureReason.Request, long? version = null) =>
        log.EraseAsync(Receipt.Stream(site, subject), ContractJson.Write(new Tombstone(site, reason)), now, version);

    /// <summary>
    /// Erases the stream as of then, also of a person of whom nothing is known, so that nothing that he said before and that is still on its way is
    /// recorded. What he refused since then stands in the tombstone, and has to be recorded anew (<see cref="LaterOf"/>).
    /// </summary>
    /// <returns>The tombstone, of that moment or later.</returns>
    public static async Task<LogRecord> EraseAsOfAsync(IRecordLog log, string site, string subject, DateTimeOffset at, CancellationToken cancel)
    {
        var stream = Receipt.Stream(site, subject);
        while (true)
        {
            if (await log.OldestAsync(stream, cancel) is { Kind: LogRecord.Erased } done && done.RecordedAt >= at) return done;
            var newest = await log.LatestAsync(stream, cancel);
            if (newest is null or { Kind: LogRecord.Erased })
            {
                await log.AppendAsync(new NewRecord { Stream = stream, Version = (newest?.Version ?? 0) + 1, Kind = Placeholder, RecordedAt = at, Payload = "{}"u8.ToArray() });
                continue;
            }

            var held = (await log.HistoryAsync(stream, cancel)).Select(DecisionRecorder.ReceiptOf).OfType<Receipt>().ToList();
            var later = held.LastOrDefault()?.Purposes.Where(p => p.Value.IsNo && (p.Value.TakenAt ?? p.Value.DecidedAt) > at)
                .Select(p => new KeptNo(p.Key, p.Value.TakenAt ?? p.Value.DecidedAt, held.Find(r => r.Version == p.Value.DecidedIn)?.Source)).ToList();
            await log.EraseAsync(stream, ContractJson.Write(new Tombstone(site, ErasureReason.Request, later is { Count: > 0 } ? later : null)), at, newest.Version);
        }
    }

    /// <summary>The site that a tombstone speaks of; null where nothing but the hash is left.</summary>
    public static string? SiteOf(LogRecord tombstone) => Of(tombstone)?.Site;

    /// <summary>Null where nothing but the hash is left; of tombstones of old, which did not tell, a request.</summary>
    public static ErasureReason? ReasonOf(LogRecord tombstone) => Of(tombstone)?.Reason;

    public static IReadOnlyList<KeptNo> LaterOf(LogRecord tombstone) => Of(tombstone)?.Later ?? [];

    /// <summary>What is told of the record of an erasure that was asked for.</summary>
    public static OutgoingEvent EventOf(LogRecord asked, DateTimeOffset now)
    {
        var whom = asked.Read<Asked>();
        return OutgoingEvent.Of(new ErasureAsked(asked.Id, now, whom.Site, whom.SubjectId, asked.RecordedAt));
    }

    public static string SiteOfAsked(LogRecord asked) => asked.Read<Asked>().Site;

    private static Tombstone? Of(LogRecord tombstone) => tombstone.Payload.Length == 0 ? null : tombstone.Read<Tombstone>();

    private static async Task<IResult> HandleAsync(
        string site, string subject, HttpContext http, DeclarationLog declarations,
        [FromKeyedServices(ConsentSetup.Service)] IRecordLog log, TimeProvider time)
    {
        if (declarations.Open(http.User, site) is null) return Problems.UnknownSite();
        if (!SubjectId.IsValid(subject)) return ReadState.MalformedSubject();
        var now = time.Now();
        if (!SubjectId.IsAddress(subject)) return Answer(await EraseAsync(log, site, subject, now), subject);
        // Others keep something of an address beside its receipts, and may know it where this service does not: first what has them hear of it.
        await NoteAsync(log, new Asked(site, subject), now);
        var done = await log.LatestAsync(Receipt.Stream(site, subject), CancellationToken.None) is { Kind: LogRecord.Erased } tombstone && ReasonOf(tombstone) is ErasureReason.Request ? tombstone : null;
        return Answer(done ?? await EraseAsOfAsync(log, site, subject, now, CancellationToken.None), subject);
    }

    private static async Task NoteAsync(IRecordLog log, Asked asked, DateTimeOffset now)
    {
        var stream = $"erasure/{asked.Site}/{asked.SubjectId}";
        AppendOutcome? outcome = null;
        while (outcome is not AppendOutcome.Appended)
        {
            var version = ((await log.LatestAsync(stream))?.Version ?? 0) + 1;
            outcome = await log.AppendAsync(new NewRecord { Stream = stream, Version = version, Kind = AskedKind, RecordedAt = now, Payload = ContractJson.Write(asked) });
        }
    }

    private static IResult Answer(LogRecord? tombstone, string subject) => TypedResults.Ok(new Erasure(
        tombstone?.Kind == LogRecord.Erased ? tombstone.Id : null, tombstone?.RecordedAt, tombstone is not null && SubjectId.IsAddress(subject) ? ErasedAddress.HashRemains : null));

    private sealed record Tombstone(string Site, ErasureReason Reason = ErasureReason.Request, IReadOnlyList<KeptNo>? Later = null);

    private sealed record Asked(string Site, string SubjectId);

    /// <param name="Tombstone">Its id, by which the subscribers' acknowledgements can be traced; absent when nothing was known.</param>
    /// <param name="Remains">What is left of an address, in one sentence to be told to the person; absent for a visitor, and when nothing was known.</param>
    private sealed record Erasure(string? Tombstone, DateTimeOffset? ErasedAt, string? Remains);
}

/// <summary>A "no" that was said after an erasure as of which everything else went; it names nobody.</summary>
internal sealed record KeptNo(string Id, DateTimeOffset TakenAt, string? Source);
