using System.Reflection;
using Consent.Audit.Holds;
using Consent.Storage;
using Consent.Storage.Tests;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

/// <summary>How often a journal is read, and what two who act on one journal leave.</summary>
public sealed class HoldJournalTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AJournal_IsReadOnceForManyQuestions_AndOnceMoreWhenAnotherReplicaHasActed(bool isPlacedLate)
    {
        await using var disk = new AuditOnDisk();
        var (log, counted) = WatchedLog.Of(isPlacedLate ? new PlacedLateLog(disk.Records, new GivenPlaces()) : disk.Records);
        var (mine, other) = (JournalOver(log, disk), JournalOver(disk.Records, disk));
        var restricted = new RestrictedPersons(mine, disk.Clock);
        Assert.Null(await restricted.OfAsync(Samples.Site, [Visitor], default));
        Assert.Equal(0, counted.Histories);

        await PlaceAsync(other, disk, "hold-1");
        for (var times = 0; times < 50; times++) Assert.Single((await restricted.OfAsync(Samples.Site, [Visitor], default))!.Holds);
        Assert.Equal(1, counted.Histories);

        await LiftAsync(other, disk, "hold-1");
        for (var times = 0; times < 50; times++) Assert.Null(await restricted.OfAsync(Samples.Site, [Visitor], default));
        Assert.Equal(2, counted.Histories);

        // What it does itself counts likewise.
        await PlaceAsync(mine, disk, "hold-2");
        for (var times = 0; times < 50; times++) Assert.Single((await restricted.OfAsync(Samples.Site, [Visitor], default))!.Holds);
        Assert.Equal(3, counted.Histories);
    }

    [Fact]
    public async Task TwoWhoLiftOneHold_LiftItOnce_AndOneLiftIsKept()
    {
        await using var disk = new AuditOnDisk();
        var (mine, other) = (JournalOver(disk.Records, disk), JournalOver(disk.Records, disk));
        await PlaceAsync(mine, disk, "hold-1");

        await ActMeanwhileAsync(mine, HoldAct.HoldLifted, book => CarryOutErasures.OverOf(book.Holds, "hold-1", "developer", disk.Clock.At), () => LiftAsync(other, disk, "hold-1"));

        var book = await mine.ReadAsync(Samples.Site, default);
        Assert.Equal(2, book.Acts.Count);
        Assert.Equal(book.Acts.Values.Select(a => a.Act.Id).Order(StringComparer.Ordinal), KeptOf(disk).Read().Select(one => one.Act.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AnActThatAnotherReplicaPutBackMeanwhile_IsAppendedOnce()
    {
        await using var disk = new AuditOnDisk();
        var (mine, other) = (JournalOver(disk.Records, disk), JournalOver(disk.Records, disk));

        await ActMeanwhileAsync(mine, HoldAct.HoldPlaced, _ => Act(mine, disk, "hold-1"), () => PlaceAsync(other, disk, "hold-1"));

        Assert.Single((await mine.ReadAsync(Samples.Site, default)).Holds);
        Assert.Single(KeptOf(disk).Read());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PersonsOfOneRestriction_WhoAreErasedAtOnce_AreAllTakenOutOfWhatIsKept(bool byReplicas)
    {
        await using var disk = new AuditOnDisk();
        var (log, one) = (byReplicas ? SharedLog.Of(disk.Records) : disk.Records, KeptOf(disk));
        string[] persons = [.. Enumerable.Range(0, 6).Select(i => $"person-{i}")];
        for (var round = 0; round < 10; round++)
        {
            var act = new HoldAct($"restriction-{round}", disk.Clock.At, "developer", Samples.Site, Samples.Controller, persons, "accuracy-contested");
            one.Keep(new KeptAct(HoldAct.Restricted, act));
            await Task.WhenAll(persons.Select(person => Task.Run(() => (byReplicas ? new KeptHolds(_folder.File("kept"), log) : one).Unname(HoldAct.Restricted, act.Id, person))));
        }

        Assert.Equal(10, one.Read().Count);
        Assert.All(one.Read(), kept => Assert.Null(kept.Act.Persons));
    }

    private static HoldAct Act(HoldJournal journal, AuditOnDisk disk, string id) =>
        new(id, disk.Clock.At, "developer", Samples.Site, Samples.Controller, [journal.PersonOf(Samples.Site, Visitor)], "legal-claims", disk.Clock.At.AddDays(1));

    private static Task PlaceAsync(HoldJournal journal, AuditOnDisk disk, string id) => journal.ActAsync(Samples.Site, HoldAct.HoldPlaced, _ => Act(journal, disk, id), default);

    private static Task LiftAsync(HoldJournal journal, AuditOnDisk disk, string id) =>
        journal.ActAsync(Samples.Site, HoldAct.HoldLifted, book => CarryOutErasures.OverOf(book.Holds, id, "developer", disk.Clock.At), default);

    /// <summary>Between the first decision and its append something else is done.</summary>
    private static Task ActMeanwhileAsync(HoldJournal journal, string kind, Func<HoldBook, HoldAct?> decide, Func<Task> meanwhile)
    {
        var isFirst = true;
        return journal.ActAsync(Samples.Site, kind, book =>
        {
            var act = decide(book);
            if (isFirst) meanwhile().GetAwaiter().GetResult();
            isFirst = false;
            return act;
        }, default);
    }

    private KeptHolds KeptOf(AuditOnDisk disk) => new(_folder.File("kept"), disk.Records);

    private HoldJournal JournalOver(IRecordLog log, AuditOnDisk disk) => new(log, new AuditLog(log, disk.Clock), KeptOf(disk), disk.Clock);
}

/// <summary>A log that says of itself that replicas write to it too.</summary>
public class SharedLog : DispatchProxy
{
    private IRecordLog _log = null!;

    public static IRecordLog Of(IRecordLog log)
    {
        var proxy = Create<IRecordLog, SharedLog>();
        ((SharedLog)proxy)._log = log;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        return targetMethod.Name == $"get_{nameof(IRecordLog.IsShared)}" ? true : targetMethod.Invoke(_log, args);
    }
}
