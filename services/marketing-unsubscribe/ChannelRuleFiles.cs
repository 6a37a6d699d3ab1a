using System.Reflection;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The files of <see cref="ChannelRules"/>, <c>xx.json</c>: those of the product, and those of its operator in <c>{Data}/marketing-unsubscribe/rules</c>, or in
/// the folder that <c>Marketing:Rules</c> names. His file takes the place of ours of the same country. They are read at the start, once.
/// </summary>
public static class ChannelRuleFiles
{
    private const string Setting = "Marketing:Rules", Prefix = "rules.", Suffix = ".json";
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static IReadOnlyList<CountryRules> Embedded() =>
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(ReadEmbedded)];

    /// <summary>Throws <see cref="InvalidOperationException"/>, which says what is wrong with which file: half of a law is not decided by.</summary>
    public static ChannelRules Of(IConfiguration settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var named = settings[Setting] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
        var folder = named ?? Path.Combine(settings["Data"] ?? "data", MarketingUnsubscribeSetup.Service, "rules");
        if (!Directory.Exists(folder))
        {
            return named is null
                ? ChannelRules.Embedded
                : throw new InvalidOperationException($"Set {Setting} to a folder of files such as be.json, or leave it out: there is no folder {folder}.");
        }
        List<CountryRules> own = [.. FilesIn(folder).Select(Read)];
        return own.Count == 0
            ? ChannelRules.Embedded
            : new ChannelRules(ChannelRules.Embedded.All.Values.ExceptBy(own.Select(rules => rules.Country), rules => rules.Country).Concat(own));
    }

    private static string[] FilesIn(string folder)
    {
        try
        {
            return Directory.GetFiles(folder, $"*{Suffix}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The folder of rules {folder} cannot be read: {e.Message}", e);
        }
    }

    private static CountryRules ReadEmbedded(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<CountryRules>(stream, Strict)!;
    }

    private static CountryRules Read(string file)
    {
        CountryRules? rules;
        try
        {
            rules = JsonSerializer.Deserialize<CountryRules>(File.ReadAllBytes(file), Strict);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"The rules in {file} cannot be read: {e.Message}", e);
        }
        return WhyNot(rules, Path.GetFileNameWithoutExtension(file)) is { } why ? throw new InvalidOperationException($"The rules in {file} cannot be used: {why}") : rules!;
    }

    /// <summary>Null for what can be decided by, else a sentence that says what to do.</summary>
    private static string? WhyNot(CountryRules? rules, string name)
    {
        if (rules is null) return "The file holds nothing. Write country and rules, as in ours.";
        if (rules.Country.Length != 2 || !rules.Country.All(char.IsAsciiLetterUpper)) return "Set country to two capital letters (ISO 3166-1), or to EU for the directive.";
        var called = rules.Country.ToLowerInvariant();
        if (name != called) return $"Call the file {called}.json, as its country has it.";
        if (rules.Rules.Count == 0) return "Write one row in rules at least.";
        return rules.Rules.Select(WhyNotRow).FirstOrDefault(why => why is not null)
            ?? (rules.Rules.DistinctBy(rule => (rule.Channel, rule.From)).Count() < rules.Rules.Count ? "Let no two rows of one channel begin at the same moment." : null);
    }

    private static string? WhyNotRow(ChannelRule? rule)
    {
        if (rule is null) return "Write no null for a row.";
        var row = $"the row of {ChannelTopic.NameOf(rule.Channel)} from {rule.From:yyyy-MM-dd}";
        if (string.IsNullOrWhiteSpace(rule.Source)) return $"Name in {row} the source: law, article and date.";
        if (!rule.Bases.Contains(SendBasis.OptIn) || rule.Bases.Distinct().Count() < rule.Bases.Count)
            return $"Name in {row} each basis once, and opt-in among them: it is enough everywhere.";
        if (rule.Channel is Channel.Email or Channel.Sms && rule.Bases.Contains(SendBasis.LegitimateInterest))
            return $"Leave legitimate-interest out of {row}: electronic mail never rests on it (Directive 2002/58/EC art. 13).";
        return rule.EndsOptIns && rule.Register is null ? $"Name in {row} the register that endsOptIns speaks of." : null;
    }
}
