using System.Text;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;

namespace Consent.Audit.Tests;

public class HearRecordsTests
{
    private static readonly object[] Everything =
    [
        Samples.Publication(), Samples.OptOut(), Samples.Choice(causedBy: "opt-out-1"),
        Samples.Applied("newsletter", 80), Samples.Applied("analytics", 85), Samples.Applied("consent", 10, "opt-out-1", "marketing-unsubscribe"),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Hear_AnyOrderWithRepeats_KeepsTheSameTrace(int seed)
    {
        await using var inOrder = new AuditOnDisk();
        foreach (var e in Everything) await inOrder.HearAsync(e);

        await using var shuffled = new AuditOnDisk();
        object[] twice = [.. Everything, .. Everything];
        new Random(seed).Shuffle(twice);
        foreach (var e in twice) await shuffled.HearAsync(e);

        var told = await inOrder.TraceAsync();
        Assert.Equal(["audit", "newsletter", "analytics"], told!.Applied.Select(a => a.Subscriber));
        Assert.Equal("opted-out", told.Story[0].What);
        Assert.NotNull(told.Declaration!.Text);
        Assert.Equal(CanonicalJson.Hash(told), CanonicalJson.Hash(await shuffled.TraceAsync()));
        Assert.Equal(await inOrder.RecordsAsync(), await shuffled.RecordsAsync());
    }

    [Fact]
    public async Task Hear_AllAtOnceAndTwice_LosesNothingAndDoublesNothing()
    {
        await using var audit = new AuditOnDisk();
        object[] many = [.. Everything, .. Enumerable.Range(0, 20).Select(i => Samples.Applied($"subscriber-{i:00}", 100 + i))];
        await Task.WhenAll(many.Concat(many).Select(e => audit.HearAsync(e)));

        Assert.Equal(many.Length + 3, await audit.RecordsAsync()); // A publication stands in three streams, and an opt-out is noted under its address.
        Assert.Equal(23, (await audit.TraceAsync())!.Applied.Count);
    }

    [Fact]
    public async Task Hear_AcknowledgementsBeforeTheReceipt_AreToldOnceItComes()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        Assert.Null(await audit.TraceAsync());

        await audit.HearAsync(Samples.Choice());
        Assert.Equal(["audit", "newsletter"], (await audit.TraceAsync())!.Applied.Select(a => a.Subscriber));
    }

    [Fact]
    public async Task Hear_ThenRestart_KeepsAll()
    {
        await using var audit = new AuditOnDisk();
        foreach (var e in Everything) await audit.HearAsync(e);
        var before = CanonicalJson.Hash(await audit.TraceAsync());

        audit.Restart();
        Assert.Equal(before, CanonicalJson.Hash(await audit.TraceAsync()));

        var records = await audit.RecordsAsync();
        foreach (var e in Everything) await audit.HearAsync(e);
        Assert.Equal(records, await audit.RecordsAsync());
    }

    public static TheoryData<object, string> Acknowledged => new()
    {
        { Samples.Choice(), "consent" },
        { Samples.Publication(), "consent" },
        { Samples.OptOut(), "marketing-unsubscribe" },
        { Samples.OptIn(), "marketing-unsubscribe" },
    };

    [Theory]
    [MemberData(nameof(Acknowledged), DisableDiscoveryEnumeration = true)]
    public async Task Hear_ARecord_IsAcknowledgedToItsSourceAfterTheCommit(object said, string source)
    {
        var e = (IEvent)said;
        await using var audit = new AuditOnDisk();
        var keptBeforeSending = 0;
        audit.Outbox.OnSending = async () => keptBeforeSending = (await audit.Log.ReadAsync(AuditLog.TraceOf(e.Id), default)).Count;

        await audit.HearAsync(e);

        Assert.Equal(1, keptBeforeSending);
        Assert.Equal([ConsentApplied.By("audit", source, e.Id, audit.Clock.At)], audit.Outbox.Of<ConsentApplied>());
    }

    [Theory]
    [MemberData(nameof(Acknowledged), DisableDiscoveryEnumeration = true)]
    public async Task Hear_WhileTheBrokerIsDown_FailsAndAcknowledgesTheRepeatWithTheFirstTime(object said, string source)
    {
        var e = (IEvent)said;
        await using var audit = new AuditOnDisk();
        var firstHeard = audit.Clock.At;
        audit.Outbox.Fails = _ => true;
        await Assert.ThrowsAsync<UnpublishedException>(() => audit.HearAsync(e));

        var records = await audit.RecordsAsync();
        (audit.Outbox.Fails, audit.Clock.At) = (_ => false, firstHeard.AddMinutes(1));
        await audit.HearAsync(e);

        Assert.Equal([ConsentApplied.By("audit", source, e.Id, firstHeard)], audit.Outbox.Of<ConsentApplied>());
        Assert.Equal(records, await audit.RecordsAsync());
    }

    /// <summary>What a thread that was between its two looks when the erasure went by, or was killed there, leaves: a note behind the tombstone, and the trace.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hear_AReceiptAndItsErasureAtOnce_LeavesNoNoteOfThePerson_WhicheverIsToldAgain(bool isErasure)
    {
        const string Stream = "0123456789abcdef0123";
        await using var audit = new AuditOnDisk();
        var (receipt, later) = (Samples.Choice() with { Stream = Stream }, Samples.Choice("receipt-5"));
        var erased = new ConsentErased("t4", Samples.Noon, Samples.Site, Stream, 1, 4, Samples.Noon, ErasureReason.Request);
        await audit.HearAsync(erased);
        await audit.HearAsync(later with { Stream = Stream, Receipt = later.Receipt with { Version = 5 } });
        var of = receipt.Receipt;
        await audit.Log.NoteAsync($"person/{Stream}", "person-trace", new { RecordId = of.Id, of.Site, of.SubjectId, of.Epoch, of.Version }, of.Id, default);
        await audit.Log.KeepAsync(AuditLog.TraceOf(of.Id), receipt, default);

        await audit.HearAsync(isErasure ? erased : receipt);

        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf(of.Id), default));
        var notes = (await audit.Log.FeedAsync(0, 100, default)).Where(r => r.Kind == "person-trace").Select(r => Encoding.UTF8.GetString(r.Payload.Span)).ToList();
        Assert.DoesNotContain(notes, note => note.Contains(of.Id, StringComparison.Ordinal) || note.Contains(of.SubjectId, StringComparison.Ordinal));
        // What he decided afterwards stays, and is found by the next erasure.
        Assert.NotEmpty(await audit.Log.ReadAsync(AuditLog.TraceOf("receipt-5"), default));
        await audit.HearAsync(erased with { Id = "t6", Version = 6 });
        Assert.Empty(await audit.Log.ReadAsync(AuditLog.TraceOf("receipt-5"), default));
    }

    [Fact]
    public async Task Hear_ASubscribersWord_IsNotAcknowledged()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Applied("newsletter", 80));
        Assert.Empty(audit.Outbox.Of<ConsentApplied>());
    }

    [Fact]
    public async Task Hear_ItsOwnWordEchoed_ChangesNothing()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Applied("audit", 61));
        await audit.HearAsync(Samples.Choice());
        await audit.HearAsync(Samples.Applied("audit", 61));

        Assert.Equal(1, await audit.RecordsAsync());
        Assert.Equal([new Application("audit", audit.Clock.At)], (await audit.TraceAsync())!.Applied);
    }

    [Fact]
    public async Task Hear_SeveralVersionsOfADeclaration_KeepsEachText()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(Samples.Publication(Samples.Declaration(2, cityOfController: "Wageningen")));
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(Samples.Choice());

        var declaration = (await audit.TraceAsync())!.Declaration!;
        Assert.Equal((Samples.Declaration().Hash, 1), (declaration.Hash, declaration.Version));
        Assert.Single(await audit.Log.ReadAsync(AuditLog.TraceOf("declaration-2"), default));
    }
}
