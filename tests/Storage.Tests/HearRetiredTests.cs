using System.Reflection;
using Consent.Contracts;

namespace Consent.Storage.Tests;

/// <summary>A subscriber ends as the log says last, whatever events come late, again or not at all.</summary>
public sealed class HearRetiredTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly SqliteRecordLog _log;
    private readonly SqliteLedgerStore _store;

    public HearRetiredTests()
    {
        _log = SqliteRecordLog.Open(_folder.Log(), "pub", TimeProvider.System);
        _store = new SqliteLedgerStore(_folder.File("ledger.db"), "pub");
        _store.RegisterAsync(new SubscriberAnnounced("x", "newsletter", ["note"], false, Make.Moment), Make.Moment, 0).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _store.Dispose();
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Retired_ThatComesAfterTheReadmission_UndoesNothing()
    {
        await RunAsync("gone");
        await RunAsync(null);
        var (retired, readmitted) = (await EventAsync(1), await EventAsync(2));

        await HearAsync(readmitted);
        await HearAsync(retired);

        Assert.Null(await WhyRetiredAsync());
    }

    [Fact]
    public async Task Readmitted_ThatComesAfterTheNextRetirement_UndoesNothing()
    {
        await RunAsync("gone");
        await RunAsync(null);
        await RunAsync("gone again");

        await HearAsync(await EventAsync(3));
        await HearAsync(await EventAsync(2));

        Assert.Equal("gone again", await WhyRetiredAsync());
    }

    [Fact]
    public async Task Retired_WhoseLedgerWasNotWrittenBecauseOfACrash_IsDoneWhenItIsHeard()
    {
        await RecordAsync("gone");
        Assert.Null(await WhyRetiredAsync());

        await HearAsync(await EventAsync(1) with { Source = "another" });
        Assert.Null(await WhyRetiredAsync());
        await HearAsync(await EventAsync(1));

        Assert.Equal("gone", await WhyRetiredAsync());
    }

    [Fact]
    public async Task Retired_OfWhichARestoredLogKnowsNothing_ChangesNothing()
    {
        await HearAsync(new SubscriberRetired("lost", Make.Moment, "pub", "newsletter", "gone", "operator-7", Make.Moment));

        Assert.Null(await WhyRetiredAsync());
    }

    [Fact]
    public async Task Retired_WhileAnotherReadmitsIt_EndsAsTheLogSaysLast_ThoughNoPlaceTellsTheTwoApart()
    {
        await RecordAsync("gone");
        var log = OvertakenLog.Of(new PlacedLateLog(_log, new GivenPlaces()), () => RecordAsync(null, 2));

        await new RetireSubscriber("pub", log, _store, TimeProvider.System).ApplyNewestAsync("newsletter", CancellationToken.None);

        Assert.Null(await WhyRetiredAsync());
    }

    private RetireSubscriber Retire => new("pub", _log, _store, TimeProvider.System);

    private Task RunAsync(string? because) => Retire.RunAsync("newsletter", because, "operator-7", CancellationToken.None);

    /// <summary>As far as a crash lets it come.</summary>
    private async Task RecordAsync(string? because, long version = 1) => Assert.IsType<AppendOutcome.Appended>(await _log.AppendAsync(new NewRecord
    {
        Stream = "subscriber/newsletter",
        Version = version,
        Kind = RetireSubscriber.Kind,
        RecordedAt = Make.Moment,
        Payload = ContractJson.Write(new RetireSubscriber.Record("pub", "newsletter", because, "operator-7", Make.Moment)),
    }));

    private async Task<SubscriberRetired> EventAsync(int version)
    {
        var record = (await _log.HistoryAsync("subscriber/newsletter"))[version - 1];
        return record.Read<RetireSubscriber.Record>().Event(record.Id, Make.Moment);
    }

    private Task HearAsync(SubscriberRetired e) => new HearRetired("pub", Retire).HandleAsync(e, CancellationToken.None);

    private async Task<string?> WhyRetiredAsync() => Assert.Single(await _store.RegistryAsync(CancellationToken.None)).RetiredBecause;
}

/// <summary>A log to which somebody else appends, once, just after its newest record of a stream was read.</summary>
public class OvertakenLog : DispatchProxy
{
    private IRecordLog _log = null!;
    private Func<Task>? _meanwhile;

    public static IRecordLog Of(IRecordLog log, Func<Task> meanwhile)
    {
        var proxy = Create<IRecordLog, OvertakenLog>();
        var overtaken = (OvertakenLog)proxy;
        (overtaken._log, overtaken._meanwhile) = (log, meanwhile);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        var answer = targetMethod.Invoke(_log, args);
        if (targetMethod.Name != nameof(IRecordLog.LatestAsync) || _meanwhile is not { } meanwhile) return answer;
        _meanwhile = null;
        meanwhile().GetAwaiter().GetResult();
        return answer;
    }
}
