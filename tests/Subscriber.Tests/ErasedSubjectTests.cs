using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

/// <summary>A service that keeps something of its own is told who was erased, while that is known, until it has done its part.</summary>
public abstract class ErasedSubjectTests(TestData data) : IDisposable
{
    private protected static readonly ConsentErased _erased = new("t1", Sample.Start.AddMinutes(1), Sample.Site, Pages.First, 1, 4, Sample.Start.AddMinutes(1), ErasureReason.Request);
    private protected static readonly ErasedSubject _jan = new(Sample.Site, Sample.Address(1), _erased.ErasedAt, ErasureReason.Request);
    private readonly TestData _data = data;
    private protected readonly List<ErasedSubject> _told = [];
    private Func<IServiceProvider, Task> _onTold = _ => Task.CompletedTask;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task IsToldBeforeTheRowGoes_AndOnceOnlyWhenItSucceeds()
    {
        await using var subscriber = await StartAsync();
        await HearAsync(subscriber, 3);
        Receipt? held = null;
        _onTold = provider =>
        {
            held = provider.GetRequiredKeyedService<SubscriberState>(OneSubscriber.Name).Newest(Sample.Site, Sample.Address(1));
            return Task.CompletedTask;
        };

        await subscriber.HearAsync(_erased);
        await subscriber.HearAsync(_erased);

        Assert.Equal([_jan], _told);
        Assert.NotNull(held);
        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
        Assert.Equal(2, subscriber.Acknowledged.Count(a => a.RecordId == "t1"));
    }

    [Fact]
    public async Task WhenItFails_NothingIsAcknowledgedOrGone_AndItIsToldAgain_AfterARestartToo()
    {
        _onTold = _ => throw new IOException("The disk of the service is full.");
        await using (var before = await StartAsync())
        {
            await HearAsync(before, 3);
            await Assert.ThrowsAsync<IOException>(() => before.HearAsync(_erased));
            Assert.DoesNotContain(before.Acknowledged, a => a.RecordId == "t1");
            Assert.NotNull(before.State.Newest(Sample.Site, Sample.Address(1)));
        }

        _onTold = _ => Task.CompletedTask;
        await using var subscriber = await StartAsync();
        await subscriber.HearAsync(_erased);

        Assert.Equal([_jan, _jan], _told);
        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
    }

    [Fact]
    public async Task OvertakenByWhatThePersonDecidedAfterwards_IsTold_AndThatDecisionStays()
    {
        await using var subscriber = await StartAsync();
        await HearAsync(subscriber, 5);

        await subscriber.HearAsync(_erased);

        Assert.Equal([_jan with { IsBack = true }], _told);
        Assert.Equal(5, subscriber.State.Newest(Sample.Site, Sample.Address(1))!.Version);
    }

    [Fact]
    public async Task AReceiptThatComesBehindItsTombstone_TellsWhoThatWas()
    {
        await using var subscriber = await StartAsync();
        await subscriber.HearAsync(_erased);
        Assert.Empty(_told);

        await HearAsync(subscriber, 3);

        Assert.Equal([_jan], _told);
        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
    }

    [Fact]
    public async Task OfAStreamOfWhichNothingIsHeld_NobodyIsTold_AndItIsAcknowledged()
    {
        await using var subscriber = await StartAsync();
        await subscriber.HearAsync(Pages.Changed(Pages.Second, Sample.Receipt(3, Decision.Given, Sample.Address(2))));

        await subscriber.HearAsync(_erased);

        Assert.Empty(_told);
        Assert.Contains(subscriber.Acknowledged, a => a.RecordId == "t1");
    }

    [Fact]
    public async Task APageThatWasMadeBeforeTheTombstoneCame_TellsWhoThatWas()
    {
        await using var subscriber = await StartAsync(loaded: false);
        var question = await Pages.QuestionAsync(subscriber, 1);
        await subscriber.HearAsync(_erased);

        await subscriber.HearAsync(Pages.Of(question, LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given, Sample.Address(1)))));

        Assert.Equal([_jan], _told);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task APageWithWhatWasDecidedSince_TellsWhoThatWas_Once_WhetherHeWasHeldOrNot(bool isHeld)
    {
        await using var subscriber = await StartAsync(loaded: false);
        if (isHeld) await HearAsync(subscriber, 3);
        var page = Pages.Of(await Pages.QuestionAsync(subscriber, 1), LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(5, Decision.Given, Sample.Address(1))));

        await subscriber.HearAsync(page with { Events = [Pages.Published(_erased), .. page.Events] });

        Assert.Equal([_jan with { IsBack = true }], _told);
        Assert.Equal(5, subscriber.State.Newest(Sample.Site, Sample.Address(1))!.Version);
    }

    /// <summary>A "no" that was said, or kept, behind the erasure brings nobody back.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ANoSince_IsNoComingBack(bool isHeard)
    {
        await using var subscriber = await StartAsync(loaded: isHeard);
        var no = Sample.Receipt(5, Decision.Withdrawn, Sample.Address(1));
        if (isHeard)
        {
            await subscriber.HearAsync(Pages.Changed(Pages.First, no));
            await subscriber.HearAsync(_erased);
        }
        else
        {
            var page = Pages.Of(await Pages.QuestionAsync(subscriber, 1), LoadSnapshot.End, complete: true, (Pages.First, no));
            await subscriber.HearAsync(page with { Events = [Pages.Published(_erased), .. page.Events] });
        }

        Assert.Equal([_jan], _told);
    }

    [Fact]
    public async Task WhenItFailsForAPage_TheRowStays_AndItIsToldWithTheNext()
    {
        var time = new SteppedTime(Sample.Start.AddHours(1));
        await using var subscriber = await StartAsync(loaded: false, time);
        var question = await Pages.QuestionAsync(subscriber, 1);
        await HearAsync(subscriber, 3);
        _onTold = _ => throw new IOException("The disk of the service is full.");
        await subscriber.HearAsync(Tombstone(question));
        Assert.NotNull(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
        _onTold = _ => Task.CompletedTask;
        await Eventually.IsSoAsync("the page is asked for again", async () =>
        {
            if (Pages.AskedForDeclarations(subscriber) is [.., var last]) await subscriber.HearAsync(Pages.OfDeclarations(last));
            time.Pass(TimeSpan.FromSeconds(1));
            return Pages.Asked(subscriber).Count > 1;
        });

        await subscriber.HearAsync(Tombstone(Pages.Asked(subscriber)[^1]));

        Assert.Equal([_jan, _jan], _told);
        Assert.Null(subscriber.State.Newest(Sample.Site, Sample.Address(1)));
        Assert.True(subscriber.State.IsLoaded);
    }

    private protected static SnapshotPage Tombstone(SnapshotRequested question) =>
        Pages.Of(question, LoadSnapshot.End, complete: true) with { Events = [Pages.Published(_erased)] };

    private protected Task<OneSubscriber> StartAsync(bool loaded = true, TimeProvider? time = null) => OneSubscriber.StartAsync(
        _data,
        b =>
        {
            if (time is not null) b.Services.AddSingleton(time);
            b.AddConsentSubscriber(OneSubscriber.Name, onErasing: (provider, erased, _) =>
            {
                _told.Add(erased);
                return _onTold(provider);
            });
        },
        loaded);

    private protected static Task HearAsync(OneSubscriber subscriber, long version) =>
        subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(version, Decision.Given, Sample.Address(1))));
}
