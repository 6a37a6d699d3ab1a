using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
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
public sealed record ChannelRule(Channel Channel, DateTimeOffset From, IReadOnlyList<SendBasis> Bases, string Source, string? Register = null);

/// <param name="Country">ISO 3166-1 alpha-2; <c>EU</c> for the directive itself.</param>
/// <param name="Note">What the rules leave out.</param>
public sealed record CountryRules(string Country, IReadOnlyList<ChannelRule> Rules, string? Note = null);

/// <summary>
/// The rules of each country as data, <c>rules/xx.json</c>, with their dates: a law that is to come is written down today and decides from its day on. Of
/// a country or channel that has no rule there, that of the directive counts (<c>rules/eu.json</c>), the stricter way where it leaves a choice.
/// </summary>
public static class ChannelRules
{
    public const string Default = "EU";
    private const string Prefix = "rules.";
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly FrozenDictionary<string, CountryRules> ByCountry = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..^".json".Length].ToUpperInvariant(), Read, StringComparer.Ordinal);

    public static IReadOnlyDictionary<string, CountryRules> All => ByCountry;

    /// <summary>The rule in force; null before there was any.</summary>
    /// <param name="country">The controller's.</param>
    public static ChannelRule? InForce(string country, Channel channel, DateTimeOffset now) => Of(country, channel, now) ?? Of(Default, channel, now);

    public static bool Allow(string country, Channel channel, SendBasis basis, DateTimeOffset now) => InForce(country, channel, now)?.Bases.Contains(basis) is true;

    private static ChannelRule? Of(string country, Channel channel, DateTimeOffset now) =>
        ByCountry.GetValueOrDefault(country)?.Rules.Where(rule => rule.Channel == channel && rule.From <= now).MaxBy(rule => rule.From);

    private static CountryRules Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<CountryRules>(stream, Strict)!;
    }
}
