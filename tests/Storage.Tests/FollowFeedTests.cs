using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;

namespace Consent.Storage.Tests;

/// <summary>A service that needs every version asks for what never arrived, behind a cursor in its own log.</summary>
public sealed class FollowFeedTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FedHandler _handler = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_IsHandedOver_ThenTheCursorMoves_AndWhatIsBehindItIsAskedFor()
    {
        await using var service = await StartAsync();
        var question = (await service.Transport.WaitForAsync<FeedRequested>(1))[0];
        Assert.Equal(("marketing-unsubscribe", "consent", 0L), (question.Source, question.Subscriber, question.After));
        Assert.Equal([MarketingUnsubscribed.Kind], question.Kinds);

        await service.HearAsync(FedService.Page(0, 7, "e1", "e2"));

        Assert.Equal(["e1", "e2"], _handler.Heard);
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
        // An empty page ends it; and one that answers an older question changes nothing.
        await service.HearAsync(FedService.Page(7, 7));
        await service.HearAsync(FedService.Page(0, 5, "e0"));
        Assert.Equal(2, _handler.Heard.Count);
        Assert.Equal(2, service.Transport.Of<FeedRequested>().Count);
    }

    [Fact]
    public async Task TheSamePageWhileTheFirstIsBeingHandled_IsPassedOver()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);
        var first = service.HearAsync(FedService.Page(0, 7, "waits", "e2"));

        await service.HearAsync(FedService.Page(0, 7, "waits", "e2")).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _handler.Go();
        await first;

        Assert.Equal(["e2", "waits"], _handler.Heard);
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
        await service.HearAsync(FedService.Page(7, 9, "e3"));
        Assert.Equal(3, _handler.Heard.Count);
    }

    [Fact]
    public async Task WhatIsOfOnePerson_IsHandedOverInItsOrder_AndNobodyElseWaitsForIt()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);
        var page = service.HearAsync(FedService.Page(0, 7, "jan:waits", "jan:e2", "piet:e3"));

        await _handler.Waiting;
        await Eventually.IsSoAsync("the other person's is handled", () => Task.FromResult(_handler.Heard.Contains("e3")));
        Assert.Equal(["e3"], _handler.Heard);
        _handler.Go();
        await page;

        Assert.Equal(["e2", "e3", "waits"], _handler.Heard);
    }

    [Fact]
    public async Task WhatCannotBeHandled_GoesAloneToTheQueueOfItsKind_AndNothingBehindItWaits()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);

        await service.HearAsync(FedService.Page(0, 7, "e1", "fails", "e2"));

        Assert.Equal(["e1", "e2"], _handler.Heard);
        var alone = Assert.Single(service.Transport.Events, e => e.Kind == MarketingUnsubscribed.Kind);
        Assert.Equal(("fails", "consent", "fails"), (alone.Id, alone.Service, ContractJson.Read<MarketingUnsubscribed>(alone.Body.Span).Id));
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
    }

    [Fact]
    public async Task WhatSpeaksOfSomethingThatWasNotHeard_GoesToItsQueueToo_AndBlocksNothing()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);

        await service.HearAsync(FedService.Page(0, 7, "jan:early", "jan:e2"));

        Assert.Equal(["e2"], _handler.Heard);
        Assert.Single(service.Transport.Events, e => e.Id == "early");
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
    }

    [Fact]
    public async Task WhatCannotBeHandled_WhileTheBrokerIsAway_IsNotPassed()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);
        service.Transport.Fails = events => events.Any(e => e.Kind == MarketingUnsubscribed.Kind);
        await Assert.ThrowsAsync<UnpublishedException>(() => service.HearAsync(FedService.Page(0, 7, "fails")));
        service.Transport.Fails = _ => false;

        await service.HearAsync(FedService.Page(0, 7, "fails"));

        Assert.Single(service.Transport.Events, e => e.Id == "fails");
        Assert.Equal(7, service.Transport.Of<FeedRequested>()[^1].After);
    }

    [Fact]
    public async Task WhatCouldNotBeHandledBecauseTheLogWasAway_IsAskedForAgain_AlsoAfterARestart()
    {
        await using (var before = await StartAsync())
        {
            await before.HearAsync(FedService.Page(0, 3, "e1"));
            await Assert.ThrowsAsync<LogUnavailableException>(() => before.HearAsync(FedService.Page(3, 9, "e2", "away", "fails")));
            Assert.DoesNotContain(before.Transport.Events, e => e.Kind == MarketingUnsubscribed.Kind);
        }

        await using var service = await StartAsync();

        Assert.Equal(3, (await service.Transport.WaitForAsync<FeedRequested>(1))[0].After);
    }

    [Fact]
    public async Task OwnLogRestoredFromABackup_TheCursorComesBackWithIt_SoThatNothingIsMissing()
    {
        await using (var before = await StartAsync()) await before.HearAsync(FedService.Page(0, 3, "e1"));
        using var elsewhere = new TestFolder();
        var copy = elsewhere.File("backup");
        DataBackup.Take(_folder.FullName, copy);
        await using (var lost = await StartAsync()) await lost.HearAsync(FedService.Page(3, 9, "e2"));
        DataBackup.Restore(copy, _folder.FullName, TimeProvider.System);

        await using var service = await StartAsync();

        Assert.Equal(3, (await service.Transport.WaitForAsync<FeedRequested>(1))[0].After);
    }

    private Task<FedService> StartAsync() => FedService.StartAsync(_folder.FullName, _handler);
}
