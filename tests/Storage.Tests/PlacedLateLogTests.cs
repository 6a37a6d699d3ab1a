namespace Consent.Storage.Tests;

/// <summary>The contract on a log that gives out places behind the commit: whatever the contract asks, such an engine can keep.</summary>
public sealed class PlacedLateLogTests : RecordLogContract
{
    private readonly TestFolder _folder = new();
    private readonly GivenPlaces _places = new();
    private readonly ManualTime _storeClock = new();

    protected override IRecordLog OpenEngine(TimeProvider time, IKeyWrapper? wrapper) =>
        new PlacedLateLog(SqliteRecordLog.Open(_folder.Log(), "test", time, NamesNobody, wrapper), _places);

    protected override string KeysFolder => _folder.Log().Keys;

    protected override string[] Engine => [_folder.Log().Data, KeysFolder];

    protected override Task<bool> DestroyAsync(IRecordLog log, string controller) => ((SqliteRecordLog)((PlacedLateLog)log).Inner).DestroyControllerAsync(controller);

    protected override void JumpClock(TimeSpan by) => _storeClock.Jump(by);

    protected override IRecordLog OpenWithOwnClock() => Open(_storeClock);

    protected override void Dispose(bool disposing) => _folder.Dispose();

    [Fact]
    public async Task Feed_TellsStreamsInAnotherOrderThanTheyWereCommitted()
    {
        var log = Open();
        foreach (var (stream, version) in new[] { ("a", 1), ("b", 1), ("a", 2), ("c", 1) }) await log.AppendedAsync(stream, version);

        Assert.Equal(["c1", "b1", "a1", "a2"], (await log.WholeFeedAsync()).Select(r => $"{r.Stream}{r.Version}"));
        Assert.All(await log.HistoryAsync("a"), r => Assert.False(r.IsPlaced));
    }
}
