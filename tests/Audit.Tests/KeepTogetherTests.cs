using Consent.Contracts;
using Consent.Storage.Tests;

namespace Consent.Audit.Tests;

/// <summary>What follows from one decision comes in the same moment: each asks the log three times, whether it was heard, for what is newest, and to append, and none loses against the others.</summary>
public sealed class KeepTogetherTests
{
    private const string Stream = "trace/receipt-1";

    [Fact]
    public async Task Many_events_of_one_record_heard_at_once_ask_no_more_than_one_after_another()
    {
        await using var disk = new AuditOnDisk();
        var (log, counted) = WatchedLog.Of(disk.Records);
        var audit = new AuditLog(log, disk.Clock);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => audit.KeepAsync(Stream, Applied(i), default))));

        Assert.Equal(16, (await audit.ReadAsync(Stream, default)).Select(h => h.EventId).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal((16 * 3) + 1, counted.Asked);
    }

    [Fact]
    public async Task One_event_heard_by_many_at_once_stands_once_as_the_first_heard_it()
    {
        await using var disk = new AuditOnDisk();
        var heard = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => (i % 2 == 0 ? disk.Log : new AuditLog(disk.Records, disk.Clock)).KeepAsync(Stream, Applied(0), default))));

        Assert.Single(await disk.Log.ReadAsync(Stream, default));
        Assert.Single(heard.Select(h => h.At).Distinct());
    }

    private static ConsentApplied Applied(int i) => ConsentApplied.By($"subscriber-{i}", "consent", "receipt-1", Samples.Noon);
}
