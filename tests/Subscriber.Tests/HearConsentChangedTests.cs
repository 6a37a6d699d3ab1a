using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Data.Sqlite;

namespace Consent.Subscriber.Tests;

public abstract class HearConsentChangedTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Hear_NewReceipt_IsAcknowledgedOnlyWhenAnotherConnectionCanReadIt()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        var receipt = Sample.Receipt(1, Decision.Given);
        var rowsAtSending = -1L;
        subscriber.Transport.OnSending = () =>
        {
            rowsAtSending = RowsHeld();
            return Task.CompletedTask;
        };

        await subscriber.HearAsync(receipt);

        Assert.Equal(1, rowsAtSending);
        var applied = Assert.Single(subscriber.Acknowledged);
        Assert.Equal((OneSubscriber.Name, "consent", receipt.Id), (applied.Subscriber, applied.Source, applied.RecordId));
    }

    [Fact]
    public async Task Hear_OlderVersionAfterNewer_IsAcknowledgedAndChangesNothing()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Sample.Receipt(2, Decision.Withdrawn));
        var late = Sample.Receipt(1, Decision.Given);

        await subscriber.HearAsync(late);

        Assert.Equal((false, "withdrawn"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Contains(subscriber.Acknowledged, a => a.RecordId == late.Id);
    }

    [Fact]
    public async Task Hear_LowerVersionOfHigherEpoch_Wins()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Sample.Receipt(7, Decision.Given, epoch: 1));

        await subscriber.HearAsync(Sample.Receipt(2, Decision.Refused, epoch: 2));
        await subscriber.HearAsync(Sample.Receipt(8, Decision.Given, epoch: 1));

        Assert.Equal((false, "refused"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
    }

    [Fact]
    public async Task Hear_BrokerAwayAtTheAcknowledgement_ThrowsAndIsAcknowledgedWhenItComesAgain()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        var receipt = Sample.Receipt(1, Decision.Given);
        subscriber.Transport.Fails = _ => true;
        await Assert.ThrowsAsync<UnpublishedException>(() => subscriber.HearAsync(receipt));
        subscriber.Transport.Fails = _ => false;

        await subscriber.HearAsync(receipt);
        await subscriber.HearAsync(receipt);

        Assert.Equal([receipt.Id, receipt.Id], subscriber.Acknowledged.Select(a => a.RecordId));
        Assert.Equal(1, RowsHeld());
    }

    [Fact]
    public async Task Hear_ReactionFails_IsNotAcknowledgedAndReactsAgain()
    {
        var reactions = new List<long>();
        await using var subscriber = await OneSubscriber.StartAsync(_data, b => b.AddConsentSubscriber(OneSubscriber.Name, onApplied: (_, e, _) =>
        {
            reactions.Add(e.Receipt.Version);
            return reactions.Count == 1 ? throw new InvalidOperationException("The list server is away.") : Task.CompletedTask;
        }));
        var receipt = Sample.Receipt(2, Decision.Given);

        await Assert.ThrowsAsync<InvalidOperationException>(() => subscriber.HearAsync(receipt));
        Assert.Empty(subscriber.Acknowledged);
        await subscriber.HearAsync(receipt);
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Refused));

        Assert.Equal([2, 2], reactions);
        Assert.Equal(2, subscriber.Acknowledged.Count);
    }

    [Fact]
    public async Task Hear_StoreCannotBeWritten_IsNotAcknowledged()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        _data.Execute("ALTER TABLE receipts RENAME TO elsewhere");

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => subscriber.HearAsync(Sample.Receipt(1, Decision.Given)));

        // As something that is away: the message stays in its queue.
        Assert.True(failure is SqliteException or StoreUnavailableException, failure.ToString());
        Assert.Empty(subscriber.Acknowledged);
    }

    [Fact]
    public async Task Hear_ManyAtOnceWhileOthersRead_AllAreKeptAndNoneFindsTheStoreLocked()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);
        await subscriber.HearAsync(Sample.Published());
        var subjects = Enumerable.Range(1, 400).Select(Sample.Address).ToList();

        await Parallel.ForEachAsync(subjects, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (subject, _) =>
        {
            await subscriber.HearAsync(Sample.Receipt(1, Decision.Given, subject));
            Assert.True(subscriber.State.IsPermitted(Sample.Site, subject, "statistics").Permitted);
        });

        Assert.All(subscriber.State.ArePermitted(Sample.Site, subjects, "statistics"), permit => Assert.Equal((true, "given"), permit));
    }

    [Fact]
    public async Task Hear_Receipt_KeepsOnlyWhatTheStateNeeds()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data);

        await subscriber.HearAsync(Sample.Receipt(1, Decision.Given));

        var held = subscriber.State.Newest(Sample.Site, Sample.Visitor)!;
        Assert.Equal((1, 1L, null, null, null), (held.Epoch, held.Version, held.Language, held.Action, held.Source));
        Assert.Equal(Decision.Given, held.Purposes["statistics"].Status);
    }

    private long RowsHeld() => (long)_data.Execute("SELECT count(*) FROM receipts")!;
}
