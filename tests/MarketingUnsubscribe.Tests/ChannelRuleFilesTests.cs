using Consent.Contracts;
using Microsoft.Extensions.Configuration;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>An operator says what he knows of a law by a file of its country: it takes the place of ours, or nothing starts.</summary>
public sealed class ChannelRuleFilesTests : IDisposable
{
    private const string Row = """{"channel":"phone","from":"2025-01-01T00:00:00+01:00","bases":["opt-in"],"source":"Act of 2025 art. 1"}""";
    private readonly Folder _folder = new();

    private string Own => Path.Combine(_folder.Path, MarketingUnsubscribeSetup.Service, "rules");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WithoutAFile_OursDecide()
    {
        Assert.Same(ChannelRules.Embedded, ChannelRuleFiles.Of(Settings()));
        Directory.CreateDirectory(Own);
        Assert.Same(ChannelRules.Embedded, ChannelRuleFiles.Of(Settings()));
    }

    [Fact]
    public void AFile_TakesThePlaceOfOursOfItsCountry_AndOfNoOther()
    {
        Write(Own, "be.json", Rules("BE", Row));
        Write(Own, "se.json", Rules("SE", """{"channel":"phone","from":"2025-01-01T00:00:00+01:00","bases":["opt-in","legitimate-interest"],"source":"Act of 2025 art. 1","register":"NIX"}"""));
        var rules = ChannelRuleFiles.Of(Settings());
        Assert.False(rules.Allow("BE", Channel.Phone, SendBasis.LegitimateInterest, Sample.Noon));
        Assert.True(rules.Allow("SE", Channel.Phone, SendBasis.LegitimateInterest, Sample.Noon));
        Assert.Equal("NIX", rules.RegisterOf("SE", Channel.Phone, SendBasis.LegitimateInterest, Sample.Noon));
        Assert.True(rules.Allow("FR", Channel.Phone, SendBasis.LegitimateInterest, Sample.Noon));
        Assert.Equal(ChannelRules.Embedded.All.Keys.Append("SE").Order(StringComparer.Ordinal), rules.All.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ASetting_NamesAnotherFolder_WhichHasToBeThere()
    {
        var elsewhere = Path.Combine(_folder.Path, "law");
        Assert.Contains(elsewhere, Assert.Throws<InvalidOperationException>(() => ChannelRuleFiles.Of(Settings(elsewhere))).Message, StringComparison.Ordinal);
        Write(Own, "be.json", "not read");
        Write(elsewhere, "be.json", Rules("BE", Row));
        Assert.False(ChannelRuleFiles.Of(Settings(elsewhere)).Allow("BE", Channel.Phone, SendBasis.LegitimateInterest, Sample.Noon));
    }

    [Theory]
    [InlineData("be.json", "null", "holds nothing")]
    [InlineData("be.json", "", "cannot be read")]
    [InlineData("be.json", """{"country":"BE"}""", "cannot be read")]
    [InlineData("be.json", """{"country":"BE","rules":[],"magic":1}""", "cannot be read")]
    [InlineData("be.json", """{"country":"BE","rules":[]}""", "one row")]
    [InlineData("be.json", """{"country":"BE","rules":[null]}""", "no null")]
    [InlineData("be.json", """{"country":"Belgium","rules":[ROW]}""", "two capital letters")]
    [InlineData("belgium.json", """{"country":"BE","rules":[ROW]}""", "be.json")]
    [InlineData("be.json", """{"country":"BE","rules":[ROW,ROW]}""", "the same moment")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"fax","from":"2025-01-01T00:00:00Z","bases":["opt-in"],"source":"x"}]}""", "cannot be read")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"sms","from":"soon","bases":["opt-in"],"source":"x"}]}""", "cannot be read")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"sms","from":"2025-01-01T00:00:00Z","bases":["opt-in"],"source":" "}]}""", "the source")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"sms","from":"2025-01-01T00:00:00Z","bases":["soft-opt-in"],"source":"x"}]}""", "opt-in among them")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"sms","from":"2025-01-01T00:00:00Z","bases":["opt-in","legitimate-interest"],"source":"x"}]}""", "Leave legitimate-interest out")]
    [InlineData("be.json", """{"country":"BE","rules":[{"channel":"post","from":"2025-01-01T00:00:00Z","bases":["opt-in"],"source":"x","endsOptIns":true}]}""", "the register")]
    public async Task AFileThatCannotBeDecidedBy_RefusesTheStart_AndIsNamed(string name, string text, string says)
    {
        Write(Own, name, text.Replace("ROW", Row, StringComparison.Ordinal));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => MarketingHost.StartAsync(_folder.Path));
        Assert.Contains(Path.Combine(Own, name), refused.Message, StringComparison.Ordinal);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheRunningService_DecidesByIt()
    {
        Write(Own, "nl.json", Rules("NL", """{"channel":"post","from":"2025-01-01T00:00:00+01:00","bases":["opt-in"],"source":"Act of 2025 art. 1"}"""));
        await using var host = await MarketingHost.StartAsync(_folder.Path);
        await host.HearAsync(Sample.OnChannels(Channel.Email, Channel.Post), version: 2);
        await host.SubscribeUnprovenAsync("jan@example.com");
        Assert.Equal("no-basis", await host.ReasonAsync("jan@example.com", "tips", "post"));
    }

    private static string Rules(string country, string row) => $$"""{"country":"{{country}}","rules":[{{row}}]}""";

    private static void Write(string folder, string name, string text) => File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder).FullName, name), text);

    private IConfigurationRoot Settings(string? rules = null) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["Data"] = _folder.Path, ["Marketing:Rules"] = rules }).Build();
}
