using Consent.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Consent.Subscriber.Tests;

/// <summary>Loading what was before, page by page, with the answers made by the test.</summary>
public abstract class LoadSnapshotTests(TestData data) : IDisposable
{
    private readonly TestData _data = data;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task NothingIsPermitted_BeforeTheLastPage_NotEvenWhatArrivedByItself()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Sample.Receipt(1, Decision.Given));
        var question = await Pages.QuestionAsync(subscriber, 1);
        Assert.Equal(("consent", OneSubscriber.Name, "", LoadSnapshot.End), (question.Source, question.Subscriber, question.After, question.Until));

        await subscriber.HearAsync(Pages.Of(question, Pages.First, complete: false));
        Assert.Equal((false, "not-loaded"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Equal((false, "not-loaded"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "orders"));
        Assert.Equal([(false, "not-loaded")], subscriber.State.ArePermitted(Sample.Site, [Sample.Visitor], "statistics"));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(subscriber));

        await subscriber.HearAsync(Pages.Of(await Pages.QuestionAsync(subscriber, 2), LoadSnapshot.End, complete: true));
        // What the page did not name was not there when it was made; what came by itself since the question stays.
        Assert.Equal((false, "never-asked"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(1), "statistics"));
        Assert.Equal((true, "given"), subscriber.State.IsPermitted(Sample.Site, Sample.Visitor, "statistics"));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(subscriber));
    }

    [Fact]
    public async Task Restarted_GoesOnBehindTheLastPage()
    {
        await using (var before = await OneSubscriber.StartAsync(_data, loaded: false))
        {
            await before.HearAsync(Pages.Of(await Pages.QuestionAsync(before, 1), Pages.First, complete: false, (Pages.First, Sample.Receipt(3, Decision.Given))));
        }

        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        var question = await Pages.QuestionAsync(subscriber, 1);

        Assert.Equal(Pages.First, question.After);
        Assert.Equal(3, subscriber.State.Newest(Sample.Site, Sample.Visitor)!.Version);
        Assert.False(subscriber.State.IsLoaded);
    }

    [Fact]
    public async Task LoadedOnce_ItAsksNoMore_UnlessOtherPurposesConcernIt()
    {
        await using (var before = await OneSubscriber.StartAsync(_data, loaded: false))
            await before.HearAsync(Pages.Of(await Pages.QuestionAsync(before, 1), LoadSnapshot.End, complete: true));
        await using (var same = await OneSubscriber.StartAsync(_data, loaded: false))
            Assert.True(same.State.IsLoaded);

        await using var other = await OneSubscriber.StartAsync(_data, b => b.AddConsentSubscriber(OneSubscriber.Name, ["marketing"]), loaded: false);

        Assert.Equal(["marketing"], (await Pages.QuestionAsync(other, 1)).Purposes!);
        Assert.False(other.State.IsLoaded);
    }

    [Fact]
    public async Task PageThatAnswersNoQuestion_OrComesAgain_ChangesNothing()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        var question = await Pages.QuestionAsync(subscriber, 1);
        await subscriber.HearAsync(Pages.Of(question with { Id = "of-nobody" }, LoadSnapshot.End, complete: true));
        Assert.False(subscriber.State.IsLoaded);

        var page = Pages.Of(question, Pages.First, complete: false, (Pages.First, Sample.Receipt(3, Decision.Given)));
        await subscriber.HearAsync(page);
        await subscriber.HearAsync(page);

        Assert.Equal((Pages.First, true), (subscriber.State.Loading.After, subscriber.State.Loading.IsWalking));
        Assert.Equal(2, Pages.Asked(subscriber).Count);
    }

    [Fact]
    public async Task Loaded_TheServiceReactsToEach_AndToTheErased()
    {
        var reactions = new List<string>();
        await using var subscriber = await OneSubscriber.StartAsync(
            _data,
            b => b.AddConsentSubscriber(
                OneSubscriber.Name,
                onApplied: (_, e, _) => Told($"applied {e.Receipt.Version}"), onErased: (_, e, _) => Told($"erased {e.Stream}")),
            loaded: false);
        var page = Pages.Of(await Pages.QuestionAsync(subscriber, 1), LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given)));
        var erased = new ConsentErased("t1", Sample.Start, Sample.Site, Pages.Second, 1, 4, Sample.Start);

        await subscriber.HearAsync(page with { Events = [.. page.Events, Pages.Published(erased)] });
        await subscriber.HearAsync(erased);

        Assert.Equal([$"erased {Pages.Second}", "applied 3", $"erased {Pages.Second}"], reactions);

        Task Told(string what)
        {
            reactions.Add(what);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task PageThatWasOvertaken_CausesNoReactionToTheOlderState()
    {
        var reactions = new List<long>();
        await using var subscriber = await OneSubscriber.StartAsync(
            _data,
            b => b.AddConsentSubscriber(OneSubscriber.Name, onApplied: (_, e, _) =>
            {
                reactions.Add(e.Receipt.Version);
                return Task.CompletedTask;
            }),
            loaded: false);
        var question = await Pages.QuestionAsync(subscriber, 1);
        // The page was made before the newer decision arrived by itself.
        await subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(4, Decision.Refused)));

        await subscriber.HearAsync(Pages.Of(question, LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given)), (Pages.Second, Sample.Receipt(1, Decision.Given, Sample.Address(2)))));

        Assert.Equal([4, 1], reactions);
        Assert.Equal(4, subscriber.State.Newest(Sample.Site, Sample.Visitor)!.Version);
    }

    [Fact]
    public async Task RowAheadOfTheLog_KeepsItsRefusals_AndOneThatWasTamperedWithDoesNot()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        await subscriber.HearAsync(Sample.Published());
        await subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(9, Decision.Refused, Sample.Address(1))));
        await subscriber.HearAsync(Pages.Changed(Pages.Second, Sample.Receipt(9, Decision.Given, Sample.Address(2))));
        var question = await Pages.QuestionAsync(subscriber, 1);
        // Asked after they arrived: the log of the page does not have them any more.
        await subscriber.State.AskingAsync(TestContext.Current.CancellationToken);

        await subscriber.HearAsync(Pages.Of(
            question, LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(3, Decision.Given, Sample.Address(1))), (Pages.Second, Sample.Receipt(3, Decision.Refused, Sample.Address(2)))));

        Assert.Equal((false, "refused"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(1), "statistics"));
        Assert.Equal((false, "refused"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(2), "statistics"));
        // The next decision, in the log's new epoch, counts.
        await subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(4, Decision.Given, Sample.Address(1), epoch: 2)));
        Assert.Equal((true, "given"), subscriber.State.IsPermitted(Sample.Site, Sample.Address(1), "statistics"));
    }

    [Fact]
    public async Task Declarations_AreLoadedBeforeTheFirstState_SoThatAReactionFindsThem()
    {
        var inForce = new List<int>();
        await using var subscriber = await OneSubscriber.StartAsync(
            _data,
            b => b.AddConsentSubscriber(OneSubscriber.Name, onApplied: (provider, _, _) =>
            {
                inForce.Add(provider.GetRequiredKeyedService<DeclarationBook>(OneSubscriber.Name).InForce(Sample.Site)?.Version ?? 0);
                return Task.CompletedTask;
            }),
            loaded: false);
        var first = (await subscriber.Transport.WaitForAsync<SnapshotRequested>(1))[0];

        await subscriber.HearAsync(Pages.Of(
            await Pages.QuestionAsync(subscriber, 1, Sample.Published()), LoadSnapshot.End, complete: true, (Pages.First, Sample.Receipt(1, Decision.Given))));

        Assert.Equal([DeclarationPublished.Kind], first.Kinds);
        Assert.Equal([1], inForce);
    }

    [Fact]
    public async Task WhatArrivesByItself_IsRememberedWhileAPageIsAskedFor_AndNoLonger()
    {
        await using var subscriber = await OneSubscriber.StartAsync(_data, loaded: false);
        var question = await Pages.QuestionAsync(subscriber, 1);
        await subscriber.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(1, Decision.Given)));
        // A store that replicas share tells it itself.
        var remembered = _data.Postgres is null ? 1 : 0;
        Assert.Equal(remembered, subscriber.State.Touched);
        await subscriber.HearAsync(Pages.Of(question, LoadSnapshot.End, complete: true));

        for (var n = 1; n <= 20; n++) await subscriber.HearAsync(Pages.Changed($"{n:x20}", Sample.Receipt(1, Decision.Given, Sample.Address(n))));
        await subscriber.HearAsync(new ConsentErased("t1", Sample.Start, Sample.Site, Pages.Second, 1, 4, Sample.Start));

        Assert.Equal(remembered, subscriber.State.Touched);
    }

    private static async Task<HealthStatus> HealthAsync(OneSubscriber subscriber) =>
        (await subscriber.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken)).Entries[$"subscriber-{OneSubscriber.Name}"].Status;
}
