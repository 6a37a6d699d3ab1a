using Consent.Contracts;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.Subscriber.Tests;

/// <summary>Answers that a replica took for another, and what else is left behind for the others: no longer than somebody needs it.</summary>
[Collection(OnPostgres.Name)]
public sealed class AnswersOfOthersTests(OnePostgres postgres) : IDisposable
{
    private readonly TestData _data = TestData.On(postgres);
    private readonly SteppedTime _still = new(Sample.Start.AddHours(1)), _time = new(Sample.Start.AddHours(1));

    private long Letters => (long)_data.Execute("SELECT count(*) FROM letters WHERE body <> ''")!;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task PageForWhichNobodyWaits_IsNotKept()
    {
        await using var one = await OneSubscriber.StartAsync(_data, loaded: false);
        var question = await Pages.QuestionAsync(one, 1);

        // As to a process that has ended since: it came back under another name, or never.
        await one.HearAsync(Pages.Of(question with { Id = RandomId.New() }, Pages.First, complete: false, (Pages.First, Sample.Receipt(1, Decision.Given))));

        Assert.Equal(0, Letters);
    }

    [Fact]
    public async Task PageThatWasLeftForOneWhoStopped_GoesWithItsQuestion()
    {
        var one = await OneSubscriber.StartAsync(_data, _still, loaded: false);
        var question = await Pages.QuestionAsync(one, 1);
        await using var other = await OneSubscriber.StartAsync(_data, _time, loaded: false);
        await other.HearAsync(Pages.Of(question, Pages.First, complete: false, (Pages.First, Sample.Receipt(1, Decision.Given))));
        Assert.Equal(1, Letters);

        await one.DisposeAsync();

        Assert.Equal(0, Letters);
    }

    [Fact]
    public async Task PageThatWasLeftForOneWhoDied_IsGoneAMinuteLater()
    {
        await using var one = await OneSubscriber.StartAsync(_data, _still, loaded: false);
        var question = await Pages.QuestionAsync(one, 1);
        await using var other = await OneSubscriber.StartAsync(_data, _time, loaded: false);
        await other.HearAsync(Pages.Of(question, Pages.First, complete: false, (Pages.First, Sample.Receipt(1, Decision.Given))));
        Assert.Equal(1, Letters);

        _data.Execute("UPDATE letters SET since = since - interval '2 minutes'");
        await AMinuteLaterAsync("the page is gone", () => Letters == 0);
    }

    [Fact]
    public async Task NamesOfDeletedRows_AreGoneTwoMinutesLater_AndWhoMissedThemBeginsAnew()
    {
        await using var one = await OneSubscriber.StartAsync(_data, _still);
        await using var other = await OneSubscriber.StartAsync(_data, _time);
        await one.State.FollowAsync(_ => true, _ => { }, CancellationToken.None);
        await other.HearAsync(Pages.Changed(Pages.First, Sample.Receipt(2, Decision.Given)));
        await other.HearAsync(new ConsentErased("t1", Sample.Start, Sample.Site, Pages.First, 1, 4, Sample.Start));
        Assert.Equal(1L, _data.Execute("SELECT count(*) FROM gone"));

        _data.Execute("UPDATE gone SET since = since - interval '3 minutes'");
        await AMinuteLaterAsync("the name is gone", () => _data.Execute("SELECT count(*) FROM gone") is 0L);

        Assert.False(await one.State.CatchUpAsync(CancellationToken.None));
    }

    [Fact]
    public async Task AnswerToAComparison_ThatComesToTheOther_IsHandedOn()
    {
        await using var one = await OneSubscriber.StartAsync(_data);
        await using var other = await OneSubscriber.StartAsync(_data);
        var comparing = one.Services.GetRequiredKeyedService<CompareState>(OneSubscriber.Name).CompareAsync(TestContext.Current.CancellationToken);
        var question = (await one.Transport.WaitForAsync<StateCompared>(1))[0];

        await other.HearAsync(new ComparisonAnswered(RandomId.New(), question.Source, question.Id, [], false));

        Assert.True(await comparing.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OneWhoseTurnItIs_StandsStill_TheOtherAsks()
    {
        await using var one = await OneSubscriber.StartAsync(_data, _still, loaded: false);
        await Pages.QuestionAsync(one, 1);
        await using var other = await OneSubscriber.StartAsync(_data, loaded: false);

        await other.Transport.WaitForAsync<SnapshotRequested>(1);
    }

    private Task AMinuteLaterAsync(string what, Func<bool> isSo)
    {
        _time.Pass(TimeSpan.FromSeconds(61));
        return Eventually.IsSoAsync(what, () =>
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            return Task.FromResult(isSo());
        });
    }
}
