using Consent.Contracts;

namespace Consent.Audit.Tests;

public class TraceStoryTests
{
    private static readonly DateTimeOffset HeardAt = Samples.Noon.AddMilliseconds(60);

    [Fact]
    public void Tell_AReceiptAndItsAcknowledgements_InOrderOfTime()
    {
        var trace = TraceStory.Tell("receipt-1",
        [
            Heard.Of(Samples.Applied("newsletter", 80), Samples.Noon.AddMilliseconds(90)),
            Heard.Of(Samples.Choice(), HeardAt),
            Heard.Of(Samples.Applied("analytics", 50), Samples.Noon.AddMilliseconds(95)),
        ])!;

        Assert.Equal(["analytics", "audit", "newsletter"], trace.Applied.Select(a => a.Subscriber));
        Assert.Equal(
            [(0, "decided", "subject"), (20, "recorded", "consent"), (40, "published", "consent"),
             (50, "applied", "analytics"), (60, "applied", "audit"), (80, "applied", "newsletter")],
            trace.Story.Select(s => ((int)(s.At - Samples.Noon).TotalMilliseconds, s.What, s.By)));
        Assert.Equal((Samples.Noon, Samples.Noon.AddMilliseconds(20), Samples.Noon.AddMilliseconds(40), HeardAt),
            (trace.DecidedAt!.Value, trace.RecordedAt, trace.PublishedAt, trace.HeardAt));
    }

    [Fact]
    public void Tell_AllOrdersOfTheSameEvents_TellTheSame()
    {
        Heard[] heard =
        [
            Heard.Of(Samples.OptOut(), Samples.Noon), Heard.Of(Samples.Choice(causedBy: "opt-out-1"), HeardAt),
            Heard.Of(Samples.Publication(), Samples.Noon), Heard.Of(Samples.Applied("newsletter", 80), HeardAt),
        ];
        var stories = Permutations(heard).Select(order => CanonicalJson.Hash(TraceStory.Tell("receipt-1", order)));
        Assert.Single(stories.ToHashSet());
        Assert.Equal(CanonicalJson.Hash(TraceStory.Tell("receipt-1", heard)), CanonicalJson.Hash(TraceStory.Tell("receipt-1", [.. heard, .. heard])));
    }

    [Fact]
    public void Tell_AReceiptCausedByAOneClickOptOut_BeginsWithTheOptOut()
    {
        var trace = TraceStory.Tell("receipt-1",
        [
            Heard.Of(Samples.Choice(causedBy: "opt-out-1"), HeardAt), Heard.Of(Samples.Publication(), HeardAt),
            Heard.Of(Samples.OptOut(), Samples.Noon.AddMilliseconds(-50)),
            Heard.Of(Samples.Applied("consent", 21, "opt-out-1", "marketing-unsubscribe"), HeardAt),
        ])!;

        Assert.Equal(new Cause("opt-out-1", "marketing-unsubscribed", Samples.Noon.AddMilliseconds(-100), Samples.Noon.AddMilliseconds(-80)), trace.Cause);
        Assert.Equal(
            [("opted-out", "marketing-unsubscribe"), ("cause-published", "marketing-unsubscribe"), ("cause-applied", "audit"),
             ("recorded", "consent"), ("cause-applied", "consent"), ("published", "consent"), ("applied", "audit")],
            trace.Story.Select(s => (s.What, s.By)));
        Assert.Equal(["audit"], trace.Applied.Select(a => a.Subscriber));
    }

    [Fact]
    public void Tell_AReceiptThatTakesAnOptOutBack_BeginsWithThat()
    {
        var undone = new MarketingUnsubscribeUndone(
            "undone-1", Samples.Noon.AddMilliseconds(-80), Samples.Site, Samples.OptOut().SubjectId, ["offers"], "opt-out-1", "nl", Samples.Noon.AddMilliseconds(-100));
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.Choice(causedBy: "undone-1"), HeardAt), Heard.Of(undone, Samples.Noon)])!;

        Assert.Equal(("undone-1", "marketing-unsubscribe-undone"), (trace.Cause!.EventId, trace.Cause.Kind));
        Assert.Equal(("undid", "marketing-unsubscribe"), (trace.Story[0].What, trace.Story[0].By));
        Assert.Contains("opt-out-1", trace.Story[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_ACauseNotHeardYet_IsNamedAndNotGuessed()
    {
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.Choice(causedBy: "opt-out-1"), HeardAt)])!;
        Assert.Equal(new Cause("opt-out-1", null, null, null), trace.Cause);
        Assert.Equal("decided", trace.Story[0].What);
    }

    [Fact]
    public void Tell_AnOptInAsTheCause_NamesIt()
    {
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.OptIn(), HeardAt), Heard.Of(Samples.Choice(causedBy: "opt-in-1"), HeardAt)])!;
        Assert.Equal("marketing-subscribed", trace.Cause!.Kind);
        Assert.Equal("opted-in", trace.Story[0].What);
    }

    [Fact]
    public void Tell_AnOptInThatSomebodyStated_SaysWho_AndThatItIsNotConfirmedWithUs()
    {
        foreach (var stated in (MarketingSubscribed[])[Samples.OptIn() with { StatedBy = "crm" }, Samples.OptIn() with { StatedBy = "crm", ConfirmedAt = null }])
        {
            var trace = TraceStory.Tell("receipt-1", [Heard.Of(stated, HeardAt), Heard.Of(Samples.Choice(causedBy: "opt-in-1"), HeardAt)])!;
            Assert.Contains("stated by crm, not confirmed with us", trace.Story[0].Text, StringComparison.Ordinal);
            Assert.DoesNotContain("address confirmed", trace.Story[0].Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Tell_AnOptInThatWasConfirmedByMail_HasTheTimesOfBothSteps_AndTheHashOfTheMail()
    {
        var asked = Samples.Noon.AddHours(-2);
        var trace = TraceStory.Tell(
            "receipt-1", [Heard.Of(Samples.OptIn() with { RequestedAt = asked, MailHash = "h1" }, HeardAt), Heard.Of(Samples.Choice(causedBy: "opt-in-1"), HeardAt)])!;
        Assert.Equal(
            [("asked-to-confirm", asked), ("confirmed", Samples.Noon.AddMilliseconds(-100)), ("opted-in", Samples.Noon.AddMilliseconds(-100))],
            trace.Story.Take(3).Select(s => (s.What, s.At)));
        Assert.Contains("h1", trace.Story[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Tell_ByTheIdOfTheCause_IsTheStoryOfTheFirstReceiptThatCameOfIt()
    {
        var later = Samples.Choice("receipt-2", causedBy: "opt-in-1");
        Heard[] heard =
        [
            Heard.Of(later with { Receipt = later.Receipt with { Version = 4 } }, HeardAt.AddSeconds(-1)), Heard.Of(Samples.OptIn(), HeardAt),
            Heard.Of(Samples.Choice(causedBy: "opt-in-1"), HeardAt), Heard.Of(Samples.Applied("newsletter", 80), HeardAt),
        ];
        var trace = TraceStory.Tell("opt-in-1", heard)!;
        Assert.Equal(("receipt-1", "opt-in-1", "opted-in"), (trace.Receipt.Id, trace.Cause!.EventId, trace.Story[0].What));
        Assert.Equal(["audit", "newsletter"], trace.Applied.Select(a => a.Subscriber));
        Assert.Equal("receipt-2", TraceStory.Tell("receipt-2", heard)!.Receipt.Id);
    }

    [Theory]
    [InlineData("2026-06-03T13:00:00Z")]
    [InlineData("1970-01-01T00:00:00Z")]
    public void Tell_AWildClaimOfTime_IsShownAndOrdersNothing(string claim)
    {
        var claimed = DateTimeOffset.Parse(claim);
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.Choice(claimedAt: claimed), HeardAt)])!;
        Assert.Equal(claimed, trace.DecidedAt);
        Assert.Equal(["decided", "recorded", "published", "applied"], trace.Story.Select(s => s.What));
    }

    [Fact]
    public void Tell_WithoutTheReceipt_IsNull() =>
        Assert.Null(TraceStory.Tell("receipt-1", [Heard.Of(Samples.Applied("newsletter", 80), HeardAt), Heard.Of(Samples.Choice("another"), HeardAt)]));

    [Fact]
    public void Tell_AcknowledgementsOfAnotherRecord_AreNotThisReceipts()
    {
        var trace = TraceStory.Tell("receipt-1",
            [Heard.Of(Samples.Choice(), HeardAt), Heard.Of(Samples.Applied("newsletter", 80, "another"), HeardAt)])!;
        Assert.Equal(["audit"], trace.Applied.Select(a => a.Subscriber));
    }

    [Theory]
    [InlineData("en", "en", "Statistics", "We count which pages are read.")]
    [InlineData("nl", "nl", "Statistiek", "Wij tellen welke pagina's gelezen worden.")]
    [InlineData("fy", "nl", "Statistiek", "Wij tellen welke pagina's gelezen worden.")]
    [InlineData(null, "nl", "Statistiek", "Wij tellen welke pagina's gelezen worden.")]
    public void Tell_TheDeclaration_InTheLanguageThatWasShown_OrAsOneOfItsTexts(string? receipts, string shown, string name, string description)
    {
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.Choice(language: receipts), HeardAt), Heard.Of(Samples.Publication(), HeardAt)])!;
        var declaration = trace.Declaration!;
        Assert.Equal((1, Samples.Noon.AddDays(-30), "/v1/sites/tuin/declaration?version=1"), (declaration.Version, declaration.PublishedAt, declaration.Href));
        Assert.Equal((shown, "Het Tuinhuis B.V."), (declaration.Text!.Language, declaration.Text.Controller));
        Assert.Equal(new ShownEntry("statistics", name, description), declaration.Text.Purposes[0]);
        Assert.Equal(receipts == shown ? null : (string[])["nl", "en"], declaration.Text.OneOf);
        Assert.Equal("offers", Assert.Single(declaration.Text.Topics).Id);
    }

    [Fact]
    public void Tell_OtherVersionsOfTheDeclaration_AreNotShown()
    {
        var other = Samples.Declaration(2, cityOfController: "Wageningen");
        var trace = TraceStory.Tell("receipt-1", [Heard.Of(Samples.Choice(), HeardAt), Heard.Of(Samples.Publication(other), HeardAt)])!;
        Assert.Equal(Samples.Declaration().Hash, trace.Declaration!.Hash);
        Assert.Null(trace.Declaration.Text);
        Assert.Null(trace.Declaration.PublishedAt);
    }

    [Fact]
    public void Tell_ATextPublishedTwice_IsTheVersionThatTheReceiptNames()
    {
        var trace = TraceStory.Tell("receipt-1",
            [Heard.Of(Samples.Publication(Samples.Declaration(4)), HeardAt), Heard.Of(Samples.Choice(), HeardAt), Heard.Of(Samples.Publication(), HeardAt)])!;
        Assert.Equal(1, trace.Declaration!.Version);
    }

    private static IEnumerable<T[]> Permutations<T>(T[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany((item, i) => Permutations<T>([.. items[..i], .. items[(i + 1)..]]).Select(rest => (T[])[item, .. rest]));
}
