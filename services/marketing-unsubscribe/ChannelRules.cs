using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>On what marketing may rest. An opt-in is enough on every channel; an objection ends each of the others (GDPR art. 21(2) and (3)).</summary>
[JsonConverter(typeof(KebabCaseEnum<SendBasis>))]
public enum SendBasis
{
    OptIn,

    /// <summary>Of an own customer, with its four facts (Directive 2002/58/EC, art. 13(2)).</summary>
    SoftOptIn,

    /// <summary>The sender's, towards whom he knows (GDPR art. 6(1)(f), recital 47).</summary>
    LegitimateInterest,
}

/// <summary>What is enough on one channel in one country, from a moment on, until the next rule of that channel.</summary>
/// <param name="From">When it came, or comes, into force, by the clock of the country.</param>
/// <param name="Source">Law, article and date.</param>
/// <param name="Register">A public list of objections that the sender has to look into himself: it is not known here.</param>
/// <param name="EndsOptIns">Who enters himself into the register ends his opt-ins of before by it, so that they rest on it too.</param>
public sealed record ChannelRule(
    Channel Channel, DateTimeOffset From, IReadOnlyList<SendBasis> Bases, string Source, string? Register = null, bool EndsOptIns = false);

/// <param name="Country">ISO 3166-1 alpha-2; <c>EU</c> for the directive itself.</param>
/// <param name="Note">What the rules leave out.</param>
public sealed record CountryRules(string Country, IReadOnlyList<ChannelRule> Rules, string? Note = null);

/// <summary>
/// The rules of each country, which are data (<see cref="ChannelRuleFiles"/>), with their dates: a law that is to come is written down today and decides from
/// its day on. Of a country or channel that has no rule, that of the directive counts (<c>eu.json</c>), the stricter way where it leaves a choice. Where the
/// number of the person is one of another country than the controller's, the rules of both count.
/// </summary>
public sealed class ChannelRules(IEnumerable<CountryRules> countries)
{
    public const string Default = "EU";
    private readonly FrozenDictionary<string, CountryRules> _byCountry = countries.ToFrozenDictionary(rules => rules.Country, StringComparer.Ordinal);

    /// <summary>Those that come with the product, alone.</summary>
    public static ChannelRules Embedded { get; } = new(ChannelRuleFiles.Embedded());

    public IReadOnlyDictionary<string, CountryRules> All => _byCountry;

    /// <summary>The rule in force; null before there was any.</summary>
    public ChannelRule? InForce(string country, Channel channel, DateTimeOffset now) => Of(country, channel, now) ?? Of(Default, channel, now);

    /// <param name="country">The controller's.</param>
    /// <param name="called">That of the person's number; null for who is known by none, and where no country has it.</param>
    public bool Allow(string country, Channel channel, SendBasis basis, DateTimeOffset now, string? called = null) =>
        Both(country, called).All(each => InForce(each, channel, now)?.Bases.Contains(basis) is true);

    /// <summary>The public lists that the sender has to look into before he uses what rests on the basis; null for none.</summary>
    public string? RegisterOf(string country, Channel channel, SendBasis basis, DateTimeOffset now, string? called = null)
    {
        var named = Both(country, called).Select(each => InForce(each, channel, now))
            .Where(rule => rule is not null && (basis is not SendBasis.OptIn || rule.EndsOptIns)).Select(rule => rule!.Register).OfType<string>().Distinct().ToList();
        return named.Count == 0 ? null : string.Join("; ", named);
    }

    private static string[] Both(string country, string? called) => called is null || called == country ? [country] : [country, called];

    private ChannelRule? Of(string country, Channel channel, DateTimeOffset now) =>
        _byCountry.GetValueOrDefault(country)?.Rules.Where(rule => rule.Channel == channel && rule.From <= now).MaxBy(rule => rule.From);
}
