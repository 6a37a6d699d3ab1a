namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MailPaceTests
{
    private static readonly DateTimeOffset Noon = Sample.Noon;

    [Fact]
    public void AMailThatWasCertainlyNotSent_CountsForNothing()
    {
        var pace = new MailPace();
        for (var i = 0; i < 2 * MailPace.MostInADay; i++) pace.GiveBack(pace.TryTake("a", Noon)!, mayBeOut: false);
        Assert.NotNull(pace.TryTake("a", Noon));
        Assert.Null(pace.TryTake("a", Noon));
    }

    [Fact]
    public void AMailThatMayHaveBeenSent_MayBeTriedAgainAtOnce_AndCountsForTheDay()
    {
        var pace = new MailPace();
        for (var i = 0; i < MailPace.MostInADay; i++) pace.GiveBack(pace.TryTake("a", Noon)!, mayBeOut: true);
        Assert.Null(pace.TryTake("a", Noon));
        Assert.NotNull(pace.TryTake("b", Noon));
        Assert.NotNull(pace.TryTake("a", Noon.AddDays(1)));
    }

    [Fact]
    public void OfMoreThanAreKept_TheOldestAreForgotten()
    {
        var pace = new MailPace(mostKept: 3);
        foreach (var id in (string[])["a", "b", "c"]) Assert.NotNull(pace.TryTake(id, Noon));
        Assert.NotNull(pace.TryTake("d", Noon));
        Assert.Null(pace.TryTake("c", Noon));
        Assert.NotNull(pace.TryTake("a", Noon));
    }

    [Fact]
    public async Task AskedAtOnce_OneIsGiven()
    {
        var pace = new MailPace();
        var taken = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => pace.TryTake("a", Noon))));
        Assert.Single(taken, mail => mail is not null);
    }
}
