namespace Consent.Storage.Tests;

/// <summary>The contract of controllers' keys: whose persons lie under them, what ends with them, and what happens without who keeps the wrapping key.</summary>
public abstract partial class RecordLogContract
{
    protected abstract string KeysFolder { get; }

    protected abstract Task<bool> DestroyAsync(IRecordLog log, string controller);

    [Fact]
    public async Task KeyOfAController_IsDestroyed_AndAllItsPersonsAreGoneAtOnce_AndNobodyElse()
    {
        var log = Open();
        LogRecord[] records = [await OfAsync(log, "a", 1, "bakkers"), await OfAsync(log, "b", 1, "bakkers"), await OfAsync(log, "c", 1, "other"), await OfAsync(log, "d", 1, null)];
        Assert.All(await log.SaltsOfAsync(records), salt => Assert.NotNull(salt));

        Assert.True(await DestroyAsync(log, "bakkers"));

        Assert.False(await DestroyAsync(log, "nobody"));
        await OnlyTheOthersAsync(log, records);
        Close(log);
        log = Open();
        await OnlyTheOthersAsync(log, records);
        var through = (await log.WholeFeedAsync())[^1].Position;
        LogRecord[] fresh = [await OfAsync(log, "e", 1, "bakkers"), await OfAsync(log, "a", 2, "bakkers")];
        Assert.Equal(Make.ByStream(fresh), Make.ByStream((await log.FeedAsync(through, 10)).Where(r => r.Kind == "note")));
    }

    [Fact]
    public async Task StreamThatBeganWithoutAController_GoesOnUnderThatOfTheFirstRecordThatNamesIt()
    {
        var log = Open();
        LogRecord[] records = [await OfAsync(log, "a", 1, null), await OfAsync(log, "a", 2, "bakkers"), await OfAsync(log, "a", 3, null)];

        await DestroyAsync(log, "bakkers");

        Assert.Equal(["note", LogRecord.Erased, LogRecord.Erased], (await log.HistoryAsync("a")).Select(r => r.Kind));
        Assert.Equal([false, true, true], (await log.SaltsOfAsync(records)).Select(salt => salt is null));
    }

    [Fact]
    public async Task KeeperOfTheWrappingKey_IsAway_NothingIsLost_AndOnlyWhatNeedsItWaits()
    {
        using var vault = new StandInVault();
        var log = Open(wrapper: vault);
        await OfAsync(log, "a", 1, "bakkers");
        vault.IsAway = true;

        await OfAsync(log, "b", 1, "bakkers");
        Assert.Equal("note", Assert.Single(await log.HistoryAsync("a")).Kind);
        await Assert.ThrowsAsync<LogUnavailableException>(() => OfAsync(log, "c", 1, "new"));
        Close(log);
        Assert.Throws<LogUnavailableException>(() => Open(wrapper: vault));
        vault.IsAway = false;

        log = Open(wrapper: vault);
        await OfAsync(log, "c", 1, "new");
        Assert.Equal(["a", "b", "c"], (await log.WholeFeedAsync()).Select(r => r.Stream).Order());
    }

    [Fact]
    public async Task WrappingKey_IsAnothers_OrLost_TheStartIsRefusedInASentence_AndNothingIsMadeInItsPlace()
    {
        using (var vault = new StandInVault())
        {
            Close(await WithRecordAsync(Open(wrapper: vault)));
            using var other = new StandInVault("https://vault.test/keys/another");
            Assert.Contains("https://vault.test/keys/consent", Assert.Throws<IOException>(() => Open(wrapper: other)).Message, StringComparison.Ordinal);
            using var imposter = new StandInVault();
            Assert.Contains("Put that wrapping key back", Assert.Throws<IOException>(() => Open(wrapper: imposter)).Message, StringComparison.Ordinal);
            Assert.Single(await Open(wrapper: vault).WholeFeedAsync());
        }
    }

    [Fact]
    public async Task WrappingKeyFile_IsLost_TheStartIsRefused_UntilItIsPutBack()
    {
        Close(await WithRecordAsync(Open()));
        var file = Path.Combine(KeysFolder, "wrapping.1.key");
        File.Move(file, file + ".lost");

        Assert.Contains("wrapping.1.key", Assert.Throws<IOException>(() => Open()).Message, StringComparison.Ordinal);

        Assert.False(File.Exists(file));
        File.Move(file + ".lost", file);
        Assert.Equal("a", Assert.Single(await Open().WholeFeedAsync()).Stream);
    }

    private static async Task OnlyTheOthersAsync(IRecordLog log, LogRecord[] records)
    {
        var kinds = (await log.WholeFeedAsync()).ToDictionary(r => r.Id, r => r.Kind);
        Assert.Equal(records.Length, kinds.Count);
        Assert.Equal([LogRecord.Erased, LogRecord.Erased, "note", "note"], records.Select(r => kinds[r.Id]));
        Assert.Equal([true, true, false, false], (await log.SaltsOfAsync(records)).Select(salt => salt is null));
    }

    private static async Task<IRecordLog> WithRecordAsync(IRecordLog log)
    {
        await OfAsync(log, "a", 1, "bakkers");
        return log;
    }

    private static async Task<LogRecord> OfAsync(IRecordLog log, string stream, long version, string? controller) =>
        Assert.IsType<AppendOutcome.Appended>(await log.AppendAsync(Make.Record(stream, version) with { Controller = controller })).Record;
}
