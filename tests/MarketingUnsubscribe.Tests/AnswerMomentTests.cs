namespace Consent.MarketingUnsubscribe.Tests;

public sealed class AnswerMomentTests
{
    private readonly AnswerMoment _moment = new(new MailLimits(), TimeProvider.System);

    [Fact]
    public void BeforeAnyMailWasSent_AllAreAnsweredAfterASecond()
    {
        Assert.Equal(Seconds(1), _moment.After(Seconds(0), wasSent: false));
        Assert.Equal(Seconds(1), _moment.After(Seconds(0.9), wasSent: true));
    }

    [Fact]
    public void AllAreAnswered_WhenMostMailsHadBeenTaken()
    {
        for (var i = 1; i <= 100; i++) _moment.After(Seconds(i <= 95 ? 2 : 3), wasSent: true);
        for (var i = 0; i < 100; i++) Assert.InRange(_moment.After(Seconds(0.1), wasSent: false), Seconds(3), Seconds(3));
        for (var i = 0; i < 20; i++) Assert.Equal(Seconds(3), _moment.After(Seconds(0.1 + (i * 0.1)), wasSent: true));
    }

    [Fact]
    public void AsOftenAsASlowMail_AnAnswerWithoutOneIsAsLate()
    {
        for (var i = 1; i <= 100; i++) _moment.After(Seconds(i <= 97 ? 2 : 10 + i), wasSent: true);
        var answered = Enumerable.Range(0, 5000).Select(_ => _moment.After(Seconds(0.1), wasSent: false)).ToList();
        Assert.Equal([Seconds(2), Seconds(108), Seconds(109), Seconds(110)], answered.Distinct().Order());
        Assert.InRange(answered.Count(late => late > Seconds(2)), 50, 400);
    }

    [Fact]
    public void OldMails_AreForgotten()
    {
        for (var i = 0; i < 100; i++) _moment.After(Seconds(9), wasSent: true);
        for (var i = 0; i < 100; i++) _moment.After(Seconds(0.2), wasSent: true);
        Assert.Equal(Seconds(1), _moment.After(Seconds(0.1), wasSent: false));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
