using System.Net;
using Consent.Audit.Evidence;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Pages;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Evidence;

/// <summary>What stood before a person when he chose, told by his receipt and the one before; and nothing where no banner was.</summary>
public sealed class ShownBannerTests : IDisposable
{
    private static readonly Collection OnBanner = new("0123456789ab", "banner", "refuse-all");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_withdrawal_is_shown_with_the_choice_that_stood_before()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        var withdrawn = TimelineTests.Decided("second", 2, Samples.Noon.AddHours(2), Decision.Withdrawn);
        await audit.HearAsync(withdrawn with { Receipt = withdrawn.Receipt with { Action = "withdraw", Previous = "first", Collection = OnBanner } });
        var lost = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(3));
        await audit.HearAsync(lost with { Receipt = lost.Receipt with { Previous = "never-heard", Collection = OnBanner } });

        var (declaration, meaning) = (Samples.Declaration().Hash, Samples.Declaration().MeaningOf("statistics"));
        Assert.EndsWith($"&action=withdraw&decided=statistics&earlier={declaration}&held=statistics%3A{meaning}", await HrefAsync(audit, "second"), StringComparison.Ordinal);
        Assert.EndsWith("&decided=statistics&earlier=unnamed", await HrefAsync(audit, "third"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_stood_before_is_what_still_counted_then()
    {
        var (first, second) = (TimelineTests.Decided("first", 1, Samples.Noon).Receipt, TimelineTests.Decided("second", 2, Samples.Noon.AddMonths(7)).Receipt);
        second = second with { Previous = "first", Collection = OnBanner };
        Assert.EndsWith("&held=", ShownBanner.HrefOf(second, first), StringComparison.Ordinal);

        var no = TimelineTests.Decided("first", 1, Samples.Noon.AddMonths(6), Decision.Withdrawn).Receipt;
        Assert.EndsWith("&held=statistics%3Ano", ShownBanner.HrefOf(second, no), StringComparison.Ordinal);
        Assert.DoesNotContain(second.SubjectId, ShownBanner.HrefOf(second, no), StringComparison.Ordinal);
    }

    [Fact]
    public void No_banner_is_passed_off_as_shown_where_there_was_none()
    {
        var receipt = TimelineTests.Decided("first", 1, Samples.Noon).Receipt with { Collection = OnBanner };
        Assert.Null(NoBanner.Why(receipt));
        Assert.Equal("imported", NoBanner.Why(receipt with { Imported = new Imported("cookiebot", "118", null) }));
        Assert.Equal("marketing", NoBanner.Why(receipt with { Source = "marketing-unsubscribe", CausedBy = "opt-out-1" }));
        Assert.Equal("no-interface", NoBanner.Why(receipt with { Collection = null, Gpc = true }));
        Assert.Equal("placeholder", NoBanner.Why(receipt with { Collection = OnBanner with { Layout = "placeholder" } }));
        Assert.Equal("own-interface", NoBanner.Why(receipt with { Collection = OnBanner with { Layout = "site", Element = "api" } }));
        Assert.Equal("no-declaration", NoBanner.Why(receipt with { Declaration = null }));
    }

    [Fact]
    public async Task The_page_offers_the_banner_where_one_was_and_says_why_where_none_was()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var choice = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4));
        await pages.Audit.HearAsync(choice with { Receipt = choice.Receipt with { Collection = OnBanner } });

        Assert.Contains("/audit/receipts/third/banner", await pages.TextAsync("/audit/receipts/third"), StringComparison.Ordinal);
        var none = WebUtility.HtmlDecode(await pages.TextAsync("/audit/receipts/first?lang=en"));
        Assert.Contains("No banner was shown. The decision was sent in without an interface", none, StringComparison.Ordinal);
        Assert.DoesNotContain("/audit/receipts/first/banner", none, StringComparison.Ordinal);
    }

    private static async Task<string> HrefAsync(AuditWithLogs audit, string receipt)
    {
        using var shown = await audit.GetAsync($"/v1/audit/trace/{receipt}/banner", audit.Token("audit", Samples.Controller));
        Assert.Equal(HttpStatusCode.Redirect, shown.StatusCode);
        return shown.Headers.Location!.OriginalString;
    }
}
