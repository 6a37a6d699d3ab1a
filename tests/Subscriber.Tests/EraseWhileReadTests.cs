using System.Text;
using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Consent.Subscriber.Tests;

public sealed class EraseWhileReadTests
{
    private const string Stream = "0123456789abcdef0123";

    [Fact]
    public async Task Erasure_WhileSomebodyReadsAnEarlierState_IsNotAcknowledged_AndWhenItComesAgainNothingIsLeft()
    {
        using var data = new TemporaryFolder();
        await using var subscriber = await OneSubscriber.StartAsync(data);
        var receipt = Sample.Receipt(1, Decision.Given);
        await subscriber.HearAsync(new ConsentChanged(receipt.Id, receipt.RecordedAt, receipt, Stream));
        var erased = new ConsentErased("t1", Sample.Start, Sample.Site, Stream, 1, 2, Sample.Start);

        await using (var reader = new SqliteConnection($"Data Source={data.File(OneSubscriber.Name, "subscriber.db")};Pooling=False"))
        {
            await reader.OpenAsync(TestContext.Current.CancellationToken);
            await using var reading = reader.BeginTransaction(deferred: true);
            await using var command = reader.CreateCommand();
            (command.Transaction, command.CommandText) = (reading, "SELECT count(*) FROM receipts");
            await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<TimeoutException>(() => subscriber.HearAsync(erased));
            Assert.DoesNotContain(subscriber.Acknowledged, a => a.RecordId == "t1");
        }

        await subscriber.HearAsync(erased);

        Assert.Contains(subscriber.Acknowledged, a => a.RecordId == "t1");
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(data.File(OneSubscriber.Name, "subscriber.db"))!))
            Assert.DoesNotContain(Sample.Visitor, Encoding.Latin1.GetString(await ReadAsync(file)), StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestContext.Current.CancellationToken);
        return bytes.ToArray();
    }
}
