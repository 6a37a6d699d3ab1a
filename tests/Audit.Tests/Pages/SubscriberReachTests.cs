using Consent.Audit.Pages;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;

namespace Consent.Audit.Tests.Pages;

public class SubscriberReachTests
{
    private static readonly DeclarationHistory Site = DeclarationHistory.Empty.With(Samples.Declaration());

    [Fact]
    public void ANewerReceiptOfThePerson_DoesAsWell_AndWhatNobodyAppliedIsOpen()
    {
        HeardReceipt[] receipts =
        [
            Heard("first", 1, 0), Heard("second", 2, 10, Samples.Applied("newsletter", 12_000, "second")),
            Heard("another's", 1, 20, subject: new string('f', 32)),
        ];

        var reach = Assert.Single(SubscriberReach.Of(Samples.Site, Site, [Subscriber()], receipts));

        Assert.Equal(("newsletter", 3, 1), (reach.Name, reach.Owed, reach.Open));
        Assert.Equal(TimeSpan.FromSeconds(2), reach.Half);
        Assert.Equal(TimeSpan.FromSeconds(12), reach.Slowest);
    }

    [Fact]
    public void WhoCameLater_IsConcernedByAnotherSite_OrRetired_IsOwedNothing()
    {
        HeardReceipt[] receipts = [Heard("first", 1, 0)];
        KnownSubscriber[] subscribers =
        [
            Subscriber() with { Since = Samples.Noon.AddDays(1) }, Subscriber() with { Name = "elsewhere", Site = "bakkerij" }, Subscriber() with { Name = "retired", RetiredAt = ["consent"] },
        ];

        var reach = SubscriberReach.Of(Samples.Site, Site, subscribers, receipts);

        Assert.Equal([("newsletter", 0, false), ("retired", 0, true)], reach.Select(r => (r.Name, r.Owed, r.IsRetired)));
        Assert.All(reach, r => Assert.Null(r.Slowest));
    }

    private static KnownSubscriber Subscriber() => new("newsletter", [ConsentChanged.Kind], null, null, Samples.Noon.AddDays(-1), []);

    /// <param name="seconds">After noon.</param>
    private static HeardReceipt Heard(string id, long version, int seconds, ConsentApplied? applied = null, string subject = PagesUnderTest.Visitor)
    {
        var at = Samples.Noon.AddSeconds(seconds);
        return new HeardReceipt(TimelineTests.Decided(id, version, at, subject: subject), at, applied is null ? [] : [Audit.Heard.Of(applied, at)]);
    }
}
