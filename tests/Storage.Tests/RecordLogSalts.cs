namespace Consent.Storage.Tests;

/// <summary>The contract of salts: each record has its own, always the same, until its stream is erased.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task Salts_AreOfOneRecordEach_AndTheSameWheneverAsked()
    {
        var log = Open();
        LogRecord[] records = [await log.AppendedAsync("a", 1), await log.AppendedAsync("a", 2), await log.AppendedAsync("b", 1)];

        var salts = await log.SaltsOfAsync(records);

        Assert.All(salts, salt => Assert.Equal(32, salt!.Length));
        Assert.Equal(3, salts.Select(salt => Convert.ToHexString(salt!)).Distinct().Count());
        var told = (await log.FeedAsync(0, 10)).ToDictionary(r => r.Id);
        Assert.Equal(salts, await log.SaltsOfAsync([.. records.Select(r => told[r.Id])]));
        Assert.Equal(salts[1], Assert.Single(await log.SaltsOfAsync([records[1]])));
        Assert.Empty(await log.SaltsOfAsync([]));
        Close(log);
        Assert.Equal(salts, await Open().SaltsOfAsync(records));
    }

    [Fact]
    public async Task Salts_OfWhatIsErasedOrInClearOrNotThere_AreNull_AndThoseOfOthersStay()
    {
        var log = Open();
        var (erased, other, clear) = (await log.AppendedAsync("a", 1), await log.AppendedAsync("b", 1), await log.AppendedAsync("declaration/x", 1));
        var before = await log.SaltsOfAsync([other]);

        var tombstone = await log.EraseAsync("a", default, Make.Moment);
        var anew = await log.AppendedAsync("a", 3);
        var salts = await log.SaltsOfAsync([erased, other, clear, tombstone!, other with { Version = 9 }, anew]);

        Assert.Equal((byte[]?[])[null, before[0], null, null, null], salts.Take(5));
        Assert.NotNull(salts[5]);
    }
}
