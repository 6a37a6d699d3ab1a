using Consent.Contracts;
using Consent.Storage.Tests;

namespace Consent.Audit.Tests;

/// <summary>What a campaign's owner sees: how many, how long, and nobody.</summary>
public sealed class CampaignFiguresTests
{
    private const string Spring = "spring-2026";
    private const string Person = "0123456789abcdef0123";

    [Fact]
    public async Task Links_AreAddedUpByDayAndTopic_AndARepeatCountsOnce()
    {
        await using var audit = new AuditOnDisk();
        MarketingLinksMade[] all = [Made("m1", 1000), Made("m2", 500), Made("m3", 200, days: 1), Made("m4", 7, "autumn-2026"), Made("m1", 1000)];
        foreach (var made in all) await audit.HearAsync(made);

        var figures = await audit.FiguresAsync(Spring);

        Assert.Equal(1700L, figures.Links);
        Assert.Equal([new LinksOfDay("2026-06-03", "offers", 1500), new LinksOfDay("2026-06-04", "offers", 200)], figures.LinksByDay);
        Assert.Equal((0, 0, null), (figures.OptOuts, figures.Open, figures.Everywhere));
        Assert.Equal(7L, (await audit.FiguresAsync("autumn-2026")).Links);
        Assert.Equal(5, audit.Outbox.Of<ConsentApplied>().Count(a => a.Source == "marketing-unsubscribe"));
    }

    [Fact]
    public async Task WhereNobodyToldOfLinks_TheyAreUnknown_AndNotNone()
    {
        await using var audit = new AuditOnDisk();
        await audit.HearAsync(OptOut("o1"));
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((1, null), (figures.OptOuts, figures.Links));
        Assert.DoesNotContain("\"links\"", System.Text.Encoding.UTF8.GetString(ContractJson.Write(figures)), StringComparison.Ordinal);
        await audit.HearAsync(Made("m1", 20_000));
        Assert.Equal(20_000L, (await audit.FiguresAsync(Spring)).Links);
    }

    [Fact]
    public async Task HoweverManyOptedOut_TheirTracesAreReadAHundredAtOnce()
    {
        const int People = 150;
        await using var audit = new AuditOnDisk();
        for (var person = 1; person <= People; person++)
        {
            await audit.HearAsync(OptOut($"o{person}", person));
            await audit.HearAsync(Samples.Choice($"r{person}", $"o{person}") with { Stream = $"{person:x20}" });
        }
        var (log, counted) = WatchedLog.Of(audit.Records);

        var figures = await audit.FiguresAsync(Spring, traces: log);

        Assert.Equal((People, 0, People), (figures.OptOuts, figures.Open, figures.Everywhere?.OptOuts));
        // Two pieces, of each the opt-outs and the receipts that came of them.
        Assert.Equal(4, counted.Asked);
    }

    [Fact]
    public async Task AnOptOut_IsOpen_UntilTheLastOfAllWhoWantItHasAppliedIt()
    {
        await using var audit = await WithSubscribersAsync();
        await audit.HearAsync(OptOut("o1"));
        await OpenAtAsync(audit, "consent");
        await audit.HearAsync(Samples.Applied("consent", 21, "o1", "marketing-unsubscribe"));
        await OpenAtAsync(audit, "audit");
        await audit.HearAsync(Receipt("r1", causedBy: "o1"));
        await OpenAtAsync(audit, "analytics", "newsletter");
        await audit.HearAsync(Samples.Applied("newsletter", 80, "r1"));
        await OpenAtAsync(audit, "analytics");
        await audit.HearAsync(Samples.Applied("analytics", 400, "r1"));

        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((1, 0, null), (figures.OptOuts, figures.Open, figures.WaitsFor));
        // Clicked 100 ms before noon.
        Assert.Equal(new Times(1, 500, 500, 500, 500), figures.Everywhere);
    }

    [Fact]
    public async Task WhoWasAway_AndAppliedANewerReceiptOfThePersonInstead_IsNotWaitedFor()
    {
        await using var audit = await OnlyNewsletterIsOpenAsync();
        var newer = Receipt("r2");
        await audit.HearAsync(newer with { Receipt = newer.Receipt with { Version = 4 } });
        await OpenAtAsync(audit, "newsletter");
        await audit.HearAsync(Samples.Applied("newsletter", 900, "r2"));
        Assert.Equal(1000L, (await audit.FiguresAsync(Spring)).Everywhere?.MaxMs);
    }

    [Fact]
    public async Task WhoIsRetired_IsNotWaitedFor_UntilHeIsReadmitted()
    {
        await using var audit = await OnlyNewsletterIsOpenAsync();
        await audit.HearAsync(new SubscriberRetired("x1", Samples.Noon, "consent", "newsletter", "replaced", "operator-7", Samples.Noon));
        Assert.Equal(0, (await audit.FiguresAsync(Spring)).Open);
        await audit.HearAsync(new SubscriberRetired("x2", Samples.Noon, "consent", "newsletter", null, "operator-7", Samples.Noon.AddMinutes(1)));
        await OpenAtAsync(audit, "newsletter");
    }

    [Fact]
    public async Task WhoCameLater_OrIsNotConcernedByTheSite_IsNotWaitedFor()
    {
        await using var audit = await WithSubscribersAsync();
        await audit.HearAsync(Samples.Publication());
        audit.Clock.At = Samples.Noon.AddDays(-1);
        await audit.HearAsync(Announced("photos", ["photos"], ConsentChanged.Kind));
        await audit.HearAsync(Announced("offers", ["offers"], ConsentChanged.Kind));
        audit.Clock.At = Samples.Noon.AddMinutes(5);
        await audit.HearAsync(Announced("latecomer", null, ConsentChanged.Kind));
        await audit.HearAsync(OptOut("o1"));
        await audit.HearAsync(Samples.Applied("consent", 21, "o1", "marketing-unsubscribe"));
        await audit.HearAsync(Receipt("r1", causedBy: "o1"));
        await OpenAtAsync(audit, "analytics", "newsletter", "offers");
    }

    [Fact]
    public async Task AMailingSystem_IsWaitedFor_UntilItHasIt_OrIsGone_AndOnItsOwnSiteAlone()
    {
        await using var audit = await WithSubscribersAsync();
        var now = audit.Clock.At;
        audit.Clock.At = Samples.Noon.AddDays(-1);
        foreach (var (name, site) in ((string, string)[])[("connectors/brevo/1", Samples.Site), ("connectors/listmonk/2", Samples.Site), ("connectors/ses/3", "another-site")])
            await audit.HearAsync(Announced(name, null, ConsentChanged.Kind) with { Site = site });
        audit.Clock.At = now;
        await audit.HearAsync(OptOut("o1"));
        await audit.HearAsync(Samples.Applied("consent", 21, "o1", "marketing-unsubscribe"));
        await audit.HearAsync(Receipt("r1", causedBy: "o1"));
        // That the connectors' service has it in its queue is not enough.
        foreach (var name in (string[])["analytics", "newsletter", "connectors"]) await audit.HearAsync(Samples.Applied(name, 80, "r1"));
        await OpenAtAsync(audit, "connectors/brevo/1", "connectors/listmonk/2");

        await audit.HearAsync(new SubscriberRetired("x1", Samples.Noon, "consent", "connectors/brevo/1", "The connector was deleted.", "connectors", Samples.Noon));
        await OpenAtAsync(audit, "connectors/listmonk/2");
        await audit.HearAsync(Samples.Applied("connectors/listmonk/2", 60_000, "r1"));
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((0, 60_100L), (figures.Open, figures.Everywhere?.MaxMs));
    }

    [Fact]
    public async Task WhoStopsEverything_OrSaysItAgain_IsOneOptOut()
    {
        await using var audit = new AuditOnDisk();
        foreach (var id in (string[])["o1", "o2", "o3", "o1"]) await audit.HearAsync(OptOut(id));
        await audit.HearAsync(OptOut("o4", person: 2));
        await audit.HearAsync(OptOut("o5") with { Campaign = "autumn-2026" });
        await audit.HearAsync(OptOut("o6", person: 3) with { Campaign = null });
        Assert.Equal(2, (await audit.FiguresAsync(Spring)).OptOuts);
        Assert.Equal(1, (await audit.FiguresAsync("autumn-2026")).OptOuts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatWasTakenBack_IsCountedApart_WhicheverIsHeardFirst(bool inOrder)
    {
        await using var audit = new AuditOnDisk();
        var (no, undone) = (OptOut("o1"), Undone("u1", "o1"));
        foreach (var e in inOrder ? (object[])[no, undone] : [undone, no]) await audit.HearAsync(e);
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((0, 1, 0), (figures.OptOuts, figures.TakenBack, figures.Open));
    }

    [Theory]
    [InlineData("o1 u1 o2")]
    [InlineData("o1 o2 u1")]
    [InlineData("u1 o2 o1")]
    [InlineData("o2 u1 o1 o2")]
    public async Task WhoTookItBack_AndOptsOutAfterAll_HasOptedOut_WhateverIsHeardFirst(string order)
    {
        await using var audit = new AuditOnDisk();
        foreach (var id in order.Split(' ')) await audit.HearAsync(id == "u1" ? Undone("u1", "o1") : OptOut(id));
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((1, 0), (figures.OptOuts, figures.TakenBack));
    }

    [Fact]
    public async Task WhoStopsEverything_AndTakesItBack_IsOneWhoTookItBack()
    {
        await using var audit = new AuditOnDisk();
        foreach (var id in (string[])["o1", "o2"]) await audit.HearAsync(OptOut(id));
        foreach (var id in (string[])["o1", "o2"]) await audit.HearAsync(Undone($"u-{id}", id));
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((0, 1), (figures.OptOuts, figures.TakenBack));
    }

    [Fact]
    public async Task OfAnErasedPerson_TheCountIsLeft_AndNothingThatNamesHim()
    {
        await using var audit = await WithSubscribersAsync();
        await audit.HearAsync(OptOut("o1"));
        await audit.HearAsync(new MarketingErased("e1", Samples.Noon, Samples.Site, Subject(1), Samples.Noon));

        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((1, 1, 0), (figures.OptOuts, figures.Forgotten, figures.Open));
        var campaigns = (await audit.Log.FeedAsync(0, 100, default)).Where(r => r.Kind.StartsWith("campaign", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, campaigns.Count);
        Assert.All(campaigns, note => Assert.DoesNotContain(Subject(1), System.Text.Encoding.UTF8.GetString(note.Payload.Span), StringComparison.Ordinal));
    }

    [Fact]
    public void Times_AreThoseOfTheNearestRank()
    {
        var times = Times.Of(Enumerable.Range(1, 200).Reverse().Select(i => TimeSpan.FromMilliseconds(i)));
        Assert.Equal(new Times(200, 100, 190, 198, 200), times);
        Assert.Equal(new Times(1, 7, 7, 7, 7), Times.Of([TimeSpan.FromMilliseconds(7)]));
        Assert.Null(Times.Of([]));
    }

    /// <summary>The consent service, which makes receipts of opt-outs, and two who want the receipts.</summary>
    private static async Task<AuditOnDisk> WithSubscribersAsync()
    {
        var audit = new AuditOnDisk();
        var now = audit.Clock.At;
        audit.Clock.At = Samples.Noon.AddDays(-1);
        await audit.HearAsync(Announced("consent", null, MarketingUnsubscribed.Kind));
        foreach (var name in (string[])["newsletter", "analytics"]) await audit.HearAsync(Announced(name, null, ConsentChanged.Kind, ConsentErased.Kind));
        audit.Clock.At = now;
        return audit;
    }

    private static async Task<AuditOnDisk> OnlyNewsletterIsOpenAsync()
    {
        var audit = await WithSubscribersAsync();
        await audit.HearAsync(OptOut("o1"));
        await audit.HearAsync(Samples.Applied("consent", 21, "o1", "marketing-unsubscribe"));
        await audit.HearAsync(Receipt("r1", causedBy: "o1"));
        await audit.HearAsync(Samples.Applied("analytics", 80, "r1"));
        await OpenAtAsync(audit, "newsletter");
        return audit;
    }

    private static async Task OpenAtAsync(AuditOnDisk audit, params string[] subscribers)
    {
        var figures = await audit.FiguresAsync(Spring);
        Assert.Equal((1, 1, null), (figures.OptOuts, figures.Open, figures.Everywhere));
        Assert.Equal(subscribers, figures.WaitsFor);
    }

    private static string Subject(int person) => $"a1-{person:x64}";

    private static MarketingUnsubscribed OptOut(string id, int person = 1) => Samples.OptOut(id) with { SubjectId = Subject(person), Campaign = Spring };

    private static MarketingUnsubscribeUndone Undone(string id, string optOut) => new(id, Samples.Noon, Samples.Site, Subject(1), ["offers"], optOut, "nl", Samples.Noon);

    private static ConsentChanged Receipt(string id, string? causedBy = null) => Samples.Choice(id, causedBy) with { Stream = Person };

    private static MarketingLinksMade Made(string id, int links, string campaign = Spring, int days = 0) =>
        new(id, Samples.Noon, Samples.Site, "offers", campaign, links, Samples.Noon.AddDays(days));

    private static SubscriberAnnounced Announced(string name, IReadOnlyList<string>? purposes, params string[] kinds) =>
        new(RandomId.New(), name, kinds, false, Samples.Noon, purposes);
}
