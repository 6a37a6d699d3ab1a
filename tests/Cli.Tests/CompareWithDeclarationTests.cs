using Consent.Cli.Scan;
using static Consent.Cli.Tests.SampleScan;

namespace Consent.Cli.Tests;

public sealed class CompareWithDeclarationTests
{
    [Fact]
    public void What_is_declared_and_comes_when_it_may_is_no_finding() => Assert.Empty(Wrong(
        Cookie("consent-choice", 184, Phase.Refused, Phase.Accepted), Cookie("session", null, Phase.Before), Cookie("_count_7", 30, Phase.Accepted),
        new StoredItem(StoredKind.LocalStorage, "watched", "www.baker.example") { Seen = In(Phase.Accepted) }));

    [Fact]
    public void A_cookie_that_nothing_declares_is_undeclared_whenever_it_comes() =>
        Assert.Equal(["Undeclared stranger", "Undeclared late"], Wrong(Cookie("stranger", 1, Phase.Before), Cookie("late", 1, Phase.Accepted)));

    [Fact]
    public void A_name_is_declared_for_its_kind_alone() =>
        Assert.Equal(["Undeclared basket"], Wrong(Cookie("basket", 1, Phase.Before)));

    [Theory]
    [InlineData(nameof(Phase.Before))]
    [InlineData(nameof(Phase.Refused))]
    public void What_needs_consent_is_too_early_before_a_choice_and_after_refusing(string when)
    {
        var phase = Enum.Parse<Phase>(when);
        var finding = Assert.Single(CompareWithDeclaration.Of(Declared, Vendors, Seen(Cookie("_count", 30, phase, Phase.Accepted)), Now), f => f.Kind == FindingKind.TooEarly);
        Assert.Equal(("_count", "statistics"), (finding.Name, finding.Purpose));
        Assert.Equal([phase], finding.Seen.Select(s => s.Phase));
    }

    [Fact]
    public void What_needs_no_consent_may_come_at_once() => Assert.Empty(Wrong(Cookie("session", null, Phase.Before), Cookie("_count_off", 300, Phase.Before)));

    [Theory]
    [InlineData(31, false)]
    [InlineData(31.1, true)]
    public void A_lifetime_may_exceed_the_declared_by_a_day(double days, bool tooLong) =>
        Assert.Equal(tooLong ? ["TooLongLived _count_7"] : [], Wrong(Cookie("_count_7", days, Phase.Accepted)));

    [Fact]
    public void Six_months_are_as_many_days_as_the_calendar_says()
    {
        // 1 March to 1 September.
        Assert.Empty(Wrong(Cookie("consent-choice", 184 + 0.9, Phase.Refused)));
        Assert.Equal(["TooLongLived consent-choice"], Wrong(Cookie("consent-choice", 184 + 1.1, Phase.Refused)));
    }

    [Fact]
    public void A_cookie_declared_for_the_session_must_not_stay()
    {
        var finding = Assert.Single(CompareWithDeclaration.Of(Declared, Vendors, Seen(Cookie("session", 400, Phase.Before)), Now), f => f.Kind == FindingKind.TooLongLived);
        Assert.Null(finding.Declared);
    }

    [Fact]
    public void A_cookie_can_be_too_early_and_too_long_lived_at_once() =>
        Assert.Equal(["TooEarly _count_7", "TooLongLived _count_7"], Wrong(Cookie("_count_7", 400, Phase.Before)));

    [Fact]
    public void A_cookie_of_another_party_is_declared_only_by_an_entry_with_a_vendor()
    {
        Assert.Equal(["Undeclared session"], Wrong(Cookie("session", null, Phase.Accepted) with { Host = "tracker.example", ThirdParty = true }));
        Assert.Empty(Wrong(Cookie("player", 30, Phase.Accepted) with { Host = "tracker.example", ThirdParty = true }));
    }

    [Fact]
    public void A_vendor_whose_host_was_given_sets_its_cookies_there_alone()
    {
        var vendors = Vendors with { Given = [("player", "player.example")] };
        Assert.Empty(Wrong(vendors, Cookie("player", 30, Phase.Accepted) with { Host = "media.player.example", ThirdParty = true }));
        Assert.Equal(["Undeclared player"], Wrong(vendors, Cookie("player", 30, Phase.Accepted) with { Host = "tracker.example", ThirdParty = true }));
    }

    [Fact]
    public void Databases_caches_and_workers_go_by_what_is_declared_as_local_storage()
    {
        StoredItem Item(StoredKind kind, string name) => new(kind, name, "www.baker.example") { Seen = In(Phase.Before) };
        Assert.Empty(Wrong(Item(StoredKind.IndexedDb, "basket"), Item(StoredKind.CacheStorage, "basket")));
        Assert.Equal(["Undeclared /worker.js"], Wrong(Item(StoredKind.ServiceWorker, "/worker.js")));
        Assert.Equal(["Undeclared basket"], Wrong(Item(StoredKind.SessionStorage, "basket")));
    }

    [Fact]
    public void The_key_in_which_the_banner_keeps_an_unsent_choice_belongs_to_the_choice() =>
        Assert.Empty(Wrong(new StoredItem(StoredKind.LocalStorage, "consent-pending", "www.baker.example") { Seen = In(Phase.Refused) }));

    [Fact]
    public void A_third_party_without_a_vendor_is_undeclared() => Assert.Equal(["Undeclared tracker.example"], Wrong(Party("tracker.example", Phase.Accepted)));

    [Fact]
    public void A_third_party_is_known_by_the_host_of_its_privacy_policy_and_too_early_without_consent()
    {
        Assert.Empty(Wrong(Party("counter.example", Phase.Accepted)));
        Assert.Equal(["TooEarly counter.example"], Wrong(Party("counter.example", Phase.Refused)));
    }

    [Fact]
    public void A_third_party_is_known_by_the_host_that_was_given_for_its_vendor()
    {
        var vendors = Vendors with { Given = [("player", "video.example"), ("till", "till.example")] };
        Assert.Empty(Wrong(vendors, Party("video.example", Phase.Accepted)));
        Assert.Equal(["TooEarly video.example"], Wrong(vendors, Party("video.example", Phase.Before)));
        // It serves a purpose that needs no consent too.
        Assert.Empty(Wrong(vendors, Party("till.example", Phase.Before)));
    }

    [Fact]
    public void A_third_party_is_known_by_the_hosts_that_its_vendor_declares()
    {
        var vendors = Declaring("player", "video.example", "*.stream.example");
        Assert.Empty(Wrong(vendors, One("video.example", Phase.Accepted), One("a.b.stream.example", Phase.Accepted)));
        Assert.Equal(["TooEarly video.example", "TooEarly a.stream.example"], Wrong(vendors, One("video.example", Phase.Before), One("a.stream.example", Phase.Refused)));
        Assert.Equal(
            ["Undeclared stream.example", "Undeclared www.video.example", "Undeclared upstream.example"],
            Wrong(vendors, One("stream.example", Phase.Accepted), One("www.video.example", Phase.Accepted), One("upstream.example", Phase.Accepted)));
        // It serves a purpose that needs no consent too.
        Assert.Empty(Wrong(Declaring("till", "till.example"), One("till.example", Phase.Before)));
    }

    [Theory]
    [InlineData("a.cloud.example", "a.cloud.example")]
    [InlineData("b.cloud.example", "cloud.example")]
    [InlineData("count.baker.example", "count.baker.example")]
    [InlineData("www.baker.example", "baker.example")]
    public void A_host_that_a_vendor_declares_counts_by_itself_also_on_the_site_s_own_domain(string host, string party) =>
        Assert.Equal(party, Declaring("player", "a.cloud.example", "count.baker.example").PartyOf(host, string.Join('.', host.Split('.')[^2..])));

    [Fact]
    public void A_vendor_that_declares_its_hosts_sets_its_cookies_there_alone()
    {
        var vendors = Declaring("player", "*.player.example");
        Assert.Empty(Wrong(vendors, Cookie("player", 30, Phase.Accepted) with { Host = "media.player.example", ThirdParty = true }));
        Assert.Empty(Wrong(vendors, Cookie("player", 30, Phase.Accepted) with { Host = "player.example", ThirdParty = true }));
        Assert.Equal(["Undeclared player"], Wrong(vendors, Cookie("player", 30, Phase.Accepted) with { Host = "tracker.example", ThirdParty = true }));
    }

    [Fact]
    public void A_neighbour_under_the_same_suffix_is_not_the_vendor() =>
        Assert.Equal(["Undeclared cloud.example"], Wrong(Vendors with { Given = [("player", "a.cloud.example")] }, new ThirdParty("cloud.example", ["a.cloud.example", "b.cloud.example"], ["script"], In(Phase.Accepted))));

    [Fact]
    public void What_is_declared_and_not_met_is_told_and_is_not_wrong()
    {
        var report = ScanReport.Of(Declared, Vendors, Seen(Cookie("consent-choice", 100, Phase.Refused), Cookie("_count_7", 1, Phase.Accepted)), Now);
        Assert.Equal(0, report.Wrong);
        Assert.Equal(["session", "_count_off", "player", "basket", "watched"], report.Findings.Select(f => f.Name));
        Assert.All(report.Findings, f => Assert.Equal(FindingKind.NeverSeen, f.Kind));
    }

    private static VendorHosts Declaring(string vendor, params string[] hosts) =>
        Vendors with { Vendors = [.. Declared.Vendors.Select(v => v.Id == vendor ? v with { Hosts = hosts } : v)] };

    /// <summary>A party of one host, as one that a vendor declares is.</summary>
    private static ThirdParty One(string host, params Phase[] seen) => new(host, [host], ["script"], In(seen));
}
