using Consent.Contracts;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>The rules are data: each file reads strictly, or nothing here starts; these hold it to more than its form.</summary>
public sealed class ChannelRulesTests
{
    private static ChannelRules Rules => ChannelRules.Embedded;

    public static TheoryData<string> Countries => [.. Rules.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Countries))]
    public void AFile_IsOfItsCountry_AndEachRowNamesItsSource_InTheOrderOfTime(string country)
    {
        var file = Rules.All[country];
        Assert.Equal(country, file.Country);
        Assert.NotEmpty(file.Rules);
        foreach (var rule in file.Rules)
        {
            Assert.True(rule.Source.Length > 20, rule.Source);
            Assert.Matches("(art\\.|§)", rule.Source);
            Assert.Matches("(19|20)[0-9]{2}", rule.Source);
            Assert.Equal(TimeSpan.Zero, rule.From.TimeOfDay);
            Assert.Equal(rule.Bases.Distinct(), rule.Bases);
            // An opt-in is always enough; no directive lets post, or the telephone of a stranger, rest on a sale.
            Assert.Contains(SendBasis.OptIn, rule.Bases);
            if (rule.Channel is Channel.Email or Channel.Sms) Assert.DoesNotContain(SendBasis.LegitimateInterest, rule.Bases);
            if (rule.Channel is Channel.Post) Assert.DoesNotContain(SendBasis.SoftOptIn, rule.Bases);
        }
        foreach (var channel in file.Rules.GroupBy(rule => rule.Channel))
        {
            var from = channel.Select(rule => rule.From).ToList();
            Assert.Equal(from.Distinct().Order(), from);
        }
    }

    [Fact]
    public void TheDirective_HasARuleForEveryChannel()
    {
        foreach (var channel in Enum.GetValues<Channel>()) Assert.NotNull(Rules.InForce(ChannelRules.Default, channel, Sample.Noon));
    }

    [Theory]
    [InlineData("NL", Channel.Phone, "2026-06-30T21:59:59.999Z", true, false)]
    [InlineData("NL", Channel.Phone, "2026-06-30T22:00:00Z", false, false)]
    [InlineData("NL", Channel.Phone, "2021-06-30T21:59:59Z", false, false)]
    [InlineData("FR", Channel.Phone, "2026-08-10T21:59:59Z", false, true)]
    [InlineData("FR", Channel.Phone, "2026-08-10T22:00:00Z", false, false)]
    [InlineData("BE", Channel.Phone, "2026-03-02T12:00:00Z", false, true)]
    [InlineData("DE", Channel.Phone, "2026-03-02T12:00:00Z", false, false)]
    [InlineData("IT", Channel.Email, "2026-03-02T12:00:00Z", true, false)]
    [InlineData("IT", Channel.Sms, "2026-03-02T12:00:00Z", false, false)]
    [InlineData("PL", Channel.Email, "2026-03-02T12:00:00Z", false, false)]
    [InlineData("NL", Channel.Post, "2026-03-02T12:00:00Z", false, true)]
    [InlineData("SE", Channel.Sms, "2026-03-02T12:00:00Z", true, false)]
    [InlineData("SE", Channel.Phone, "2026-03-02T12:00:00Z", false, false)]
    public void TheRuleInForce_IsTheNewestOfTheCountry_ElseTheDirectives(string country, Channel channel, string now, bool softOptIn, bool interest)
    {
        var at = DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(Rules.Allow(country, channel, SendBasis.OptIn, at));
        Assert.Equal((softOptIn, interest), (Rules.Allow(country, channel, SendBasis.SoftOptIn, at), Rules.Allow(country, channel, SendBasis.LegitimateInterest, at)));
    }

    [Theory]
    [InlineData("BE", null, Channel.Phone, SendBasis.LegitimateInterest, true)]
    [InlineData("BE", "BE", Channel.Phone, SendBasis.LegitimateInterest, true)]
    [InlineData("BE", "FR", Channel.Phone, SendBasis.LegitimateInterest, true)]
    [InlineData("BE", "DE", Channel.Phone, SendBasis.LegitimateInterest, false)]
    [InlineData("DE", "BE", Channel.Phone, SendBasis.LegitimateInterest, false)]
    [InlineData("BE", "SE", Channel.Phone, SendBasis.LegitimateInterest, false)]
    [InlineData("NL", "BE", Channel.Phone, SendBasis.SoftOptIn, false)]
    [InlineData("NL", "PL", Channel.Sms, SendBasis.SoftOptIn, false)]
    [InlineData("NL", "AT", Channel.Sms, SendBasis.SoftOptIn, true)]
    [InlineData("NL", "PL", Channel.Sms, SendBasis.OptIn, true)]
    public void OfANumberOfAnotherCountry_TheStricterRuleDecides(string country, string? called, Channel channel, SendBasis basis, bool isEnough) =>
        Assert.Equal(isEnough, Rules.Allow(country, channel, basis, Sample.Noon, called));

    [Theory]
    [InlineData("BE", null, Channel.Phone, SendBasis.LegitimateInterest, "Bel-me-niet-meer / Ne m’appelez plus (dncm.be)")]
    [InlineData("BE", "FR", Channel.Phone, SendBasis.LegitimateInterest, "Bel-me-niet-meer / Ne m’appelez plus (dncm.be); Bloctel")]
    [InlineData("BE", "FR", Channel.Phone, SendBasis.OptIn, null)]
    [InlineData("AT", null, Channel.Email, SendBasis.OptIn, null)]
    [InlineData("AT", null, Channel.Email, SendBasis.SoftOptIn, "ECG-Liste of RTR (E-Commerce-Gesetz § 7(2)), for a soft opt-in")]
    [InlineData("IT", "IT", Channel.Post, SendBasis.LegitimateInterest, "Registro pubblico delle opposizioni")]
    [InlineData("IT", "IT", Channel.Post, SendBasis.OptIn, null)]
    [InlineData("IT", null, Channel.Phone, SendBasis.OptIn, "Registro pubblico delle opposizioni")]
    [InlineData("NL", "IT", Channel.Phone, SendBasis.OptIn, "Registro pubblico delle opposizioni")]
    [InlineData("NL", null, Channel.Post, SendBasis.LegitimateInterest, null)]
    public void ARegister_IsNamedForWhatRestsOnItsRule(string country, string? called, Channel channel, SendBasis basis, string? register) =>
        Assert.Equal(register, Rules.RegisterOf(country, channel, basis, Sample.Noon, called));
}
