using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Consent.MarketingUnsubscribe.Tests;

public sealed class MailPaceTests
{
    private const string Jan = "jan@gmail.com";
    private static readonly DateTimeOffset Noon = Sample.Noon;

    [Fact]
    public void AMailThatWasCertainlyNotSent_CountsForNoDay()
    {
        var pace = Pace();
        for (var i = 0; i < 2 * MailPace.MostInADay; i++) pace.GiveBack(Take(pace, Jan)!, mayBeOut: false);
        Assert.NotNull(Take(pace, Jan));
        Assert.Null(Take(pace, Jan));
    }

    [Fact]
    public void AMailThatMayHaveBeenSent_MayBeTriedAgainAtOnce_AndCountsForTheDay()
    {
        var pace = Pace();
        for (var i = 0; i < MailPace.MostInADay; i++) pace.GiveBack(Take(pace, Jan)!, mayBeOut: true);
        Assert.Null(Take(pace, Jan));
        Assert.NotNull(Take(pace, "els@gmail.com"));
        Assert.NotNull(pace.TryTake(Jan, Sample.Site, Noon.AddDays(1)));
    }

    [Fact]
    public void OfMoreThanAreKept_TheOldestAreForgotten()
    {
        var pace = Pace(mostKept: 3);
        foreach (var address in (string[])["a@gmail.com", "b@gmail.com", "c@gmail.com", "d@gmail.com"]) Assert.NotNull(Take(pace, address));
        Assert.Null(Take(pace, "c@gmail.com"));
        Assert.NotNull(Take(pace, "a@gmail.com"));
    }

    [Fact]
    public async Task AskedAtOnce_OneIsGiven()
    {
        var pace = Pace();
        var taken = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Take(pace, Jan))));
        Assert.Single(taken, mail => mail is not null);
    }

    [Fact]
    public void AMailbox_IsOne_HoweverItIsSpelt_AndWhicheverSiteAsks()
    {
        var pace = Pace();
        Assert.NotNull(Take(pace, Jan));
        foreach (var spelling in (string[])["jan+1@gmail.com", "j.an@gmail.com", "j.a.n+x.y+z@gmail.com"]) Assert.Null(Take(pace, spelling));
        Assert.Null(pace.TryTake(Jan, "another-site", Noon));
        Assert.NotNull(Take(pace, "jan@outlook.com"));
    }

    [Fact]
    public void ToOneDomain_TwentyMailsAreSentInAnHour_UnlessManyPeopleHaveTheirsThere()
    {
        var pace = Pace();
        Assert.Equal(20, Enumerable.Range(0, 50).Count(i => Take(pace, $"anything{i}@jansen.example") is not null));
        Assert.Equal(50, Enumerable.Range(0, 50).Count(i => Take(pace, $"anybody{i}@gmail.com") is not null));
        Assert.NotNull(pace.TryTake("another@jansen.example", Sample.Site, Noon.AddHours(1)));
    }

    [Fact]
    public void OfOneSite_SoManyMailsAreSentInAnHour_AndTheLogSaysSoOnce_WithoutAnyAddress()
    {
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var pace = new MailPace(new MailLimits { MostOfASite = 5 }, loggers.CreateLogger<MailPace>());
        Assert.Equal(5, Enumerable.Range(0, 30).Count(i => Take(pace, $"stranger{i}@gmail.com") is not null));
        Assert.NotNull(pace.TryTake("stranger30@gmail.com", "another-site", Noon));
        Assert.NotNull(pace.TryTake("stranger31@gmail.com", Sample.Site, Noon.AddHours(1)));
        var line = Assert.Single(log.All.Split('\n'));
        Assert.StartsWith("Warning", line, StringComparison.Ordinal);
        Assert.Contains(Sample.Site, line, StringComparison.Ordinal);
        Assert.DoesNotContain("stranger", line, StringComparison.Ordinal);
    }

    [Fact]
    public void LinksToPreferences_AreCountedApart_OfMailboxDomainAndSite()
    {
        var pace = new MailPace(new MailLimits { MostToADomain = 3, MostOfASite = 4 }, NullLogger<MailPace>.Instance);
        for (var i = 0; i < 5; i++) Take(pace, $"jan{i}@jansen.example");
        for (var i = 0; i < 5; i++) Take(pace, $"stranger{i}@gmail.com");
        Assert.Null(Take(pace, "jan5@jansen.example"));
        Assert.NotNull(pace.TryTake("jan0@jansen.example", Sample.Site, Noon, AskedMail.Preferences));
        Assert.Null(pace.TryTake("jan0@jansen.example", Sample.Site, Noon, AskedMail.Preferences));
        Assert.Equal(2, Enumerable.Range(1, 5).Count(i => pace.TryTake($"jan{i}@jansen.example", Sample.Site, Noon, AskedMail.Preferences) is not null));
        Assert.Equal(1, Enumerable.Range(0, 5).Count(i => pace.TryTake($"stranger{i}@gmail.com", Sample.Site, Noon, AskedMail.Preferences) is not null));
    }

    private static MailPace Pace(int mostKept = 50_000) => new(new MailLimits(), NullLogger<MailPace>.Instance, mostKept);

    private static SentMail? Take(MailPace pace, string address) => pace.TryTake(address, Sample.Site, Noon);
}
