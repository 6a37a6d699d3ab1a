using Consent.Contracts;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <param name="From">Behind this position of the feed something is missing.</param>
/// <param name="Version">Of the note.</param>
internal sealed record HeldNote(long From, long Version);

/// <summary>
/// Which logs lack what the cursor of all logs has passed by, because nothing could be signed for them then: streams <c>log-held/{log}</c> in audit's own log, which lie under their
/// names. Noted before the cursor moves, and until the log has caught up: one log in trouble keeps no other waiting, and misses nothing.
/// </summary>
internal sealed class HeldLogs(IRecordLog log, TimeProvider time)
{
    private const string Prefix = "log-held/";
    private const string Kind = "log-held";
    private const int PageSize = 1000;

    public static bool IsStream(string stream) => stream.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>
    /// Those that are held, whoever noted it, by their controllers and names. Each is noted once more, so that who wrote before cannot say of it any more that it has caught up.
    /// </summary>
    public async Task<IReadOnlyList<(string Controller, string Log, HeldNote Note)>> TakeOverAsync(CancellationToken cancel)
    {
        var (newest, after, held) = (new Dictionary<string, Body>(StringComparer.Ordinal), 0L, new List<(string, string, HeldNote)>());
        while (await log.NamedFeedAsync(Prefix, after, PageSize, cancel) is { Count: > 0 } page)
        {
            foreach (var record in page) newest[record.Stream[Prefix.Length..]] = record.Read<Body>();
            after = page[^1].Position;
        }

        foreach (var (name, body) in newest)
            if (body.From is { } from) held.Add((body.Controller, name, await HoldAsync(name, body.Controller, from, cancel)));
        return held;
    }

    /// <summary>Durable on return.</summary>
    public async Task<HeldNote> HoldAsync(string name, string controller, long from, CancellationToken cancel)
    {
        while (true)
        {
            var version = ((await log.LatestAsync(Prefix + name, cancel))?.Version ?? 0) + 1;
            if (await AppendAsync(name, version, new Body(controller, from)) is AppendOutcome.Appended) return new HeldNote(from, version);
        }
    }

    /// <summary>The log has all again; durable on return. False, and nothing is noted, when another writer has noted something since.</summary>
    public async Task<bool> ReleaseAsync(string name, string controller, HeldNote note) =>
        await AppendAsync(name, note.Version + 1, new Body(controller, null)) is AppendOutcome.Appended;

    private Task<AppendOutcome> AppendAsync(string name, long version, Body body) => log.AppendAsync(new NewRecord
    {
        Stream = Prefix + name,
        Version = version,
        Kind = Kind,
        RecordedAt = time.Now(),
        Payload = ContractJson.Write(body),
    });

    /// <param name="From">Absent when it has caught up.</param>
    private sealed record Body(string Controller, long? From = null);
}
