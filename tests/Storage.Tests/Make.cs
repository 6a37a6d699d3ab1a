using System.Text;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>Records of no particular meaning.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Moment = new(2026, 5, 24, 12, 0, 0, 123, TimeSpan.Zero);

    /// <param name="alias">What the test calls it; stands in the payload.</param>
    public static NewRecord Record(string stream, long version, string? alias = null, string? key = null, string kind = "note") => new()
    {
        Stream = stream,
        Version = version,
        Kind = kind,
        RecordedAt = Moment,
        Payload = Encoding.UTF8.GetBytes($$"""{"stream":"{{stream}}","version":{{version}},"alias":"{{alias ?? RandomId.New()}}"}"""),
        IdempotencyKey = key,
        RequestHash = key is null ? null : "hash of " + key,
    };

    /// <summary>What the test that made the record calls it.</summary>
    public static string Alias(this LogRecord record) => AliasIn(record.Payload);

    public static string AliasIn(ReadOnlyMemory<byte> payload)
    {
        using var json = JsonDocument.Parse(payload);
        return json.RootElement.GetProperty("alias").GetString()!;
    }

    public static async Task<LogRecord> AppendedAsync(this IRecordLog log, string stream, long version, string? alias = null, string? key = null, string kind = "note")
    {
        var outcome = await log.AppendAsync(Record(stream, version, alias, key, kind));
        return Assert.IsType<AppendOutcome.Appended>(outcome).Record;
    }

    /// <summary>The same, with its place in the feed.</summary>
    public static async Task<LogRecord> AppendedAndPlacedAsync(this IRecordLog log, string stream, long version, string? alias = null, string? key = null, string kind = "note") =>
        await log.PlacedAsync(await log.AppendedAsync(stream, version, alias, key, kind));

    /// <summary>Appends on top of whatever is newest, as often as it takes.</summary>
    public static async Task<LogRecord> AppendOnTopAsync(this IRecordLog log, string stream)
    {
        while (true)
        {
            var newest = await log.LatestAsync(stream);
            if (await log.AppendAsync(Record(stream, (newest?.Version ?? 0) + 1)) is AppendOutcome.Appended { Record: var record }) return record;
        }
    }

    public static async Task<List<LogRecord>> WholeFeedAsync(this IRecordLog log, int page = 100)
    {
        var all = new List<LogRecord>();
        while (await log.FeedAsync(all.LastOrDefault()?.Position ?? 0, page) is { Count: > 0 } next) all.AddRange(next);
        return all;
    }

    /// <summary>Ids in the order of the records, for each stream by itself: of the order across streams nothing is promised.</summary>
    public static List<string> ByStream(IEnumerable<LogRecord> records) =>
        [.. records.GroupBy(r => r.StreamKey.ToString(), r => r.Id).OrderBy(of => of.Key, StringComparer.Ordinal).Select(of => $"{of.Key}: {string.Join(' ', of)}")];

    public static async Task<LogRecord> AliasedAsync(this IRecordLog log, string alias) => (await log.WholeFeedAsync(1000)).First(r => r.Alias() == alias);
}
