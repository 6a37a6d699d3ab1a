using System.Text;
using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>Records of no particular meaning.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Moment = new(2026, 5, 24, 12, 0, 0, 123, TimeSpan.Zero);

    public static NewRecord Record(string stream, long version, string? id = null, string? key = null, string kind = "note") => new()
    {
        Stream = stream,
        Version = version,
        Kind = kind,
        Id = id ?? RandomId.New(),
        RecordedAt = Moment,
        Payload = Encoding.UTF8.GetBytes($$"""{"stream":"{{stream}}","version":{{version}}}"""),
        IdempotencyKey = key,
        RequestHash = key is null ? null : "hash of " + key,
    };

    public static async Task<LogRecord> AppendedAsync(this IRecordLog log, string stream, long version, string? id = null, string? key = null, string kind = "note")
    {
        var outcome = await log.AppendAsync(Record(stream, version, id, key, kind));
        return Assert.IsType<AppendOutcome.Appended>(outcome).Record;
    }

    /// <summary>Appends on top of whatever is newest, as often as it takes.</summary>
    public static async Task<LogRecord> AppendOnTopAsync(this IRecordLog log, string stream)
    {
        var id = RandomId.New();
        while (true)
        {
            var newest = await log.LatestAsync(stream);
            if (await log.AppendAsync(Record(stream, (newest?.Version ?? 0) + 1, id)) is AppendOutcome.Appended { Record: var record }) return record;
        }
    }

    public static async Task<List<LogRecord>> WholeFeedAsync(this IRecordLog log, int page = 100)
    {
        var all = new List<LogRecord>();
        while (await log.FeedAsync(all.LastOrDefault()?.Position ?? 0, page) is { Count: > 0 } next) all.AddRange(next);
        return all;
    }
}
