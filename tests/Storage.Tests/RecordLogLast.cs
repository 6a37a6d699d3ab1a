namespace Consent.Storage.Tests;

/// <summary>The contract by which a reader of the feed finds out that the log lost what he has read.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task Feed_WithTheRecordThatWasReadLast_BeginsWithIt_AndWhereThatWasErasedItsTombstoneComes()
    {
        var log = Open();
        await log.AppendedAndPlacedAsync("a", 1);
        var last = await log.AppendedAndPlacedAsync("b", 1);

        var again = Assert.Single(await log.FeedAsync(last.Position - 1, 10));
        Assert.Equal((last.Id, last.Position), (again.Id, again.Position));
        Assert.Equal(last.Payload.ToArray(), again.Payload.ToArray());
        await log.EraseAsync("b", default, Make.Moment);

        var left = Assert.Single(await log.FeedAsync(last.Position - 1, 10));
        Assert.Equal((LogRecord.Erased, last.StreamKey), (left.Kind, left.StreamKey));
        Assert.True(left.Position > last.Position);
    }
}
