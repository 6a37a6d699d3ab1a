using Consent.Cli.Scan;
using static Consent.Cli.Tests.SampleScan;

namespace Consent.Cli.Tests;

/// <summary>Vendors that a declaration has and makes no use of, and hosts of theirs that nothing asks.</summary>
public sealed class DeclaredVendorsTests
{
    private static readonly VendorHosts WithLost = With(new DeclaredVendor("lost", null) { Hosts = ["lost.example", "*.lost.example"] });

    [Theory]
    [InlineData(nameof(Phase.Before))]
    [InlineData(nameof(Phase.Refused))]
    [InlineData(nameof(Phase.Accepted))]
    public void A_vendor_that_no_purpose_names_is_wrong_whenever_it_is_asked(string when)
    {
        var phase = Enum.Parse<Phase>(when);
        var finding = Assert.Single(CompareWithDeclaration.Of(Declared, WithLost, Seen(Asked("a.lost.example", phase)), Now), f => f.Kind == FindingKind.WithoutPurpose);
        Assert.Equal(("third-party", "a.lost.example", "lost", null), (finding.What, finding.Name, finding.Vendor, finding.Purpose));
        Assert.Equal([phase], finding.Seen.Select(s => s.Phase));
    }

    [Fact]
    public void A_vendor_is_without_purpose_also_when_its_host_was_only_given_or_guessed()
    {
        Assert.Equal(["WithoutPurpose cloud.example"], Wrong(WithLost with { Given = [("lost", "cloud.example")] }, Asked("cloud.example", Phase.Accepted)));
        Assert.Equal(["WithoutPurpose lost.example"], Wrong(With(new DeclaredVendor("lost", "www.lost.example")), Party("lost.example", Phase.Accepted)));
    }

    [Fact]
    public void A_cookie_of_the_vendor_is_a_purpose_for_it()
    {
        var declared = Declared with { Keys = [.. Declared.Keys, new DeclaredKey(StoredKind.Cookie, "l", "media", "lost", null)] };
        IEnumerable<string> Kinds(Phase phase) => CompareWithDeclaration.Of(declared, WithLost, Seen(Asked("lost.example", phase)), Now)
            .Where(f => f.Kind != FindingKind.NeverSeen).Select(f => $"{f.Kind} {f.Purpose}");
        Assert.Empty(Kinds(Phase.Accepted));
        Assert.Equal(["TooEarly media"], Kinds(Phase.Before));
    }

    [Fact]
    public void A_declared_host_that_was_asked_in_no_phase_is_told_and_is_not_wrong()
    {
        var vendors = VendorHostsOf("player", "video.example", "*.video.example", "absent.example");
        var report = ScanReport.Of(Declared, vendors, Seen(Asked("video.example", Phase.Accepted)), Now);
        Assert.Equal(0, report.Wrong);
        Assert.Equal(
            ["*.video.example media player", "absent.example media player"],
            report.Findings.Where(f => f.What == "third-party").Select(f => $"{f.Name} {f.Purpose} {f.Vendor}"));
        Assert.All(report.Findings, f => Assert.Equal(FindingKind.NeverSeen, f.Kind));
    }

    [Fact]
    public void A_host_under_a_declared_star_is_that_host_met() => Assert.DoesNotContain(
        CompareWithDeclaration.Of(Declared, VendorHostsOf("player", "*.video.example"), Seen(Asked("a.b.video.example", Phase.Accepted)), Now), f => f.What == "third-party");

    private static VendorHosts With(DeclaredVendor more) => Vendors with { Vendors = [.. Declared.Vendors, more] };

    private static VendorHosts VendorHostsOf(string vendor, params string[] hosts) =>
        Vendors with { Vendors = [.. Declared.Vendors.Select(v => v.Id == vendor ? v with { Hosts = hosts } : v)] };

    /// <summary>A party of one host, as one that a vendor declares is.</summary>
    private static ThirdParty Asked(string host, Phase seen) => new(host, [host], ["script"], In(seen));
}
