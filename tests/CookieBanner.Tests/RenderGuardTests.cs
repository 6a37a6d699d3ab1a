using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Consent.Tests.Support;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

public class RenderGuardTests
{
    [Fact]
    public void A_vendor_with_hosts_is_told_with_the_purposes_that_it_serves()
    {
        var guarded = RenderGuard.Of(WithVendors());
        Assert.Equal(["meter", "idle"], guarded.Vendors.Select(v => v.Id));
        Assert.Equal(["count.meter.example", "*.meter.example"], guarded.Vendors[0].Hosts);
        // Of the one that names it, and of the one whose cookie it sets.
        Assert.Equal(["statistics", "invoices"], guarded.Vendors[0].Purposes);
        Assert.Empty(guarded.Vendors[1].Purposes);
    }

    [Fact]
    public void Hosts_of_the_site_are_those_of_its_origins_each_once() => Assert.Equal(
        ["www.wol.example", "localhost", "[::1]"],
        RenderGuard.Of(Declaration() with { Origins = ["https://www.wol.example", "https://www.wol.example:8443", "http://localhost:81", "http://[::1]:5"] }).Own);

    [Fact]
    public void What_is_permitted_follows_from_the_same_terms_and_meanings_as_in_the_banner()
    {
        var published = Published(Declaration([Purpose("necessary", LegalBasis.LegalObligation), Purpose("statistics") with { Advertising = true }]));
        var (asked, banner) = (RenderGuard.AskedOf(published), RenderBanner.Of(published));
        Assert.Equal(banner.Term, asked.Term);
        Assert.Equal(["necessary", "statistics"], asked.Purposes.Select(p => p.Id));
        Assert.Equal([null, published.MeaningOf("statistics")], asked.Purposes.Select(p => p.Meaning));
        Assert.Equal([null, true], asked.Purposes.Select(p => p.Advertising));
        Assert.All(asked.Purposes, p => Assert.Null(p.Name));
    }

    [Fact]
    public void The_built_file_stands_in_the_script_byte_for_byte_behind_its_data_and_is_no_part_of_the_build_in_receipts()
    {
        var built = File.ReadAllText(Path.Combine(Repository.Root, "services/cookie-banner/script/dist/guard.js"));
        var script = RenderGuard.Script(Published(WithVendors()));
        Assert.Equal(built, script[(script.IndexOf('\n', StringComparison.Ordinal) + 1)..(script.LastIndexOf('\n') + 1)]);
        // That is named in receipts by what collects choices.
        Assert.DoesNotContain(Bundles.Build, script, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("</script><script>alert(1)</script>")]
    [InlineData("\"];alert(1);//")]
    [InlineData("line\u2028and\r\nends")]
    public void A_hostile_text_stays_text(string hostile)
    {
        var declaration = Declaration([Purpose(hostile) with { Vendors = [hostile] }], [Stores(hostile, "x")]) with { Vendors = [Vendor(hostile, hostile)] };
        var script = RenderGuard.Script(Published(declaration));
        var first = script[..script.IndexOf('\n', StringComparison.Ordinal)];
        var guard = JsonDocument.Parse(first[(first.IndexOf("GUARD=", StringComparison.Ordinal) + 6)..^1]).RootElement;
        Assert.Equal(hostile, guard.GetProperty("vendors")[0].GetProperty("hosts")[0].GetString());
        Assert.Equal(hostile, guard.GetProperty("vendors")[0].GetProperty("purposes")[0].GetString());
        foreach (var dangerous in (string[])["</script", "\u2028", "\r"]) Assert.DoesNotContain(dangerous, script, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_guard_of_an_ordinary_site_takes_at_most_2700_bytes()
    {
        var koppelhuis = DeclarationFile.Read("koppelhuis");
        var published = Published(koppelhuis with { Vendors = [.. koppelhuis.Vendors.Select(v => v with { Hosts = [$"www.{v.Id}.example", $"*.{v.Id}.example"] })] });
        var plain = Encoding.UTF8.GetBytes(RenderGuard.Script(published));
        var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        Assert.True(BrotliEncoder.TryCompress(plain, brotli, out var length, quality: 11, window: 22));
        TestContext.Current.TestOutputHelper?.WriteLine($"{length} bytes, {plain.Length} uncompressed");
        Assert.InRange(length, 1, 2700);
    }

    [Fact]
    public void The_script_makes_no_code_of_text_and_asks_nothing_of_anybody_by_itself()
    {
        var script = RenderGuard.Script(Published(WithVendors()));
        foreach (var forbidden in (string[])["eval(", "new Function", "innerHTML", "document.write", "import(", "localStorage", "document.cookie="])
            Assert.DoesNotContain(forbidden, script, StringComparison.Ordinal);
    }

    private static Declaration WithVendors() =>
        Declaration(
            [Purpose("statistics") with { Vendors = ["meter"] }, Purpose("newsletter") with { Vendors = ["mute"] }, Purpose("invoices", LegalBasis.Contract)],
            [Stores("statistics", "_stats*"), Stores("invoices", "paid") with { Vendor = "meter" }]) with
        {
            Vendors = [Vendor("meter", "count.meter.example", "*.meter.example"), Vendor("mute"), Vendor("idle", "idle.example")],
        };

    private static Vendor Vendor(string id, params string[] hosts) =>
        new() { Id = id, Name = id, Role = VendorRole.ThirdParty, Country = "NL", Hosts = hosts.Length == 0 ? null : hosts };
}
