using Consent.Cli.Scan;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.Cli.Tests;

public sealed class DeclaredSiteTests
{
    [Fact]
    public void Every_sample_declaration_is_read()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "tools/declarations"), "*.yaml");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var declared = DeclaredSite.Read(File.ReadAllText(file));
            Assert.Equal(Path.GetFileNameWithoutExtension(file), declared.Site);
            Assert.True(declared.Asks);
            Assert.False(declared.RestsOnConsent(declared.Keys.Single(k => k.Name == Declaration.ChoiceCookie).Purpose));
            Assert.Contains($"www.{declared.Site}.example", declared.OriginHosts);
        }
    }

    [Fact]
    public void Json_says_the_same_as_yaml()
    {
        var declared = DeclaredSite.Read("""
            {"site":"baker","purposes":[{"id":"s","legalBasis":"consent","vendors":["v"]}],"vendors":[{"id":"v","privacyPolicy":"https://v.example/p","hosts":["*.v.example"]}],
             "cookies":[{"name":"c","kind":"session-storage","purpose":"s","vendor":"v","lifetime":"P4W"}],"version":3}
            """);
        Assert.Equal(new DeclaredKey(StoredKind.SessionStorage, "c", "s", "v", new Term(0, 0, 28)), Assert.Single(declared.Keys));
        var vendor = Assert.Single(declared.Vendors);
        Assert.Equal(("v", "v.example"), (vendor.Id, vendor.PolicyHost));
        Assert.Equal(["*.v.example"], vendor.Hosts);
        Assert.True(declared.RestsOnConsent("s"));
    }

    [Theory]
    [InlineData("", "site")]
    [InlineData("- a\n- b", "site")]
    [InlineData("{\"site\":", "JSON")]
    [InlineData("site: [", "YAML")]
    [InlineData("site: a\nsite: b", "YAML")]
    [InlineData("site: a\ncookies: [{ kind: cookie }]", "name")]
    [InlineData("site: a\ncookies: [{ name: c, kind: biscuit }]", "local-storage")]
    [InlineData("site: a\ncookies: [{ name: c, kind: cookie, lifetime: a year }]", "P6M")]
    public void What_is_no_declaration_is_refused_with_what_to_correct(string text, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => DeclaredSite.Read(text)).Message, StringComparison.Ordinal);
}
