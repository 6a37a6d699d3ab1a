using System.Globalization;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What was saved on the page of somebody's preferences: what the page showed, and what he made of it. What he left as it was he did not decide: so a page
/// that stood open meanwhile takes nothing back that was decided elsewhere.
/// </summary>
/// <param name="ShownAt">When the page was made.</param>
/// <param name="Text">See <see cref="TextOf"/>.</param>
/// <param name="Was">What it showed as subscribed, by the ids of <see cref="ChannelTopic"/>; as for <paramref name="Ticked"/>.</param>
/// <param name="Frequencies">By topic, the id of what was chosen; empty for no wish.</param>
internal sealed record PreferenceForm(
    DateTimeOffset ShownAt, string Text, IReadOnlySet<string> Was, IReadOnlySet<string> Ticked, bool Everything, bool Objection,
    IReadOnlyDictionary<string, string> Frequencies)
{
    public const string ProofField = "proof";

    /// <summary>What the page says of itself, which the proof is of.</summary>
    public const string PageField = "page";

    /// <summary>There for each topic on a channel that is wanted.</summary>
    public const string TopicField = "topic";
    public const string EverythingField = "everything";
    public const string ObjectionField = "objection";

    /// <summary>Before the id of a topic.</summary>
    public const string FrequencyField = "frequency.";

    /// <summary>Of all that the page shows and an opt-in is made to: of another text, nothing was agreed to.</summary>
    public static string TextOf(PublishedDeclaration inForce, string language) => CanonicalJson.Hash(new
    {
        Language = language,
        Topics = inForce.Declaration.Topics.Select(topic => $"{topic.Id} {OptInProof.TextHashOf(topic, language)} {inForce.MeaningOf(topic.Id)}"),
    });

    public static string PageOf(DateTimeOffset shownAt, string text, IEnumerable<string> subscribed) =>
        string.Create(CultureInfo.InvariantCulture, $"{shownAt.ToUnixTimeMilliseconds()}.{text}.{string.Join(' ', subscribed)}");

    /// <summary>Of a page whose proof was right; null for one that shows no preferences.</summary>
    public static PreferenceForm? Read(IFormCollection form)
    {
        if (form[PageField].ToString().Split('.', 3) is not [var at, var text, var was] || !long.TryParse(at, CultureInfo.InvariantCulture, out var shownAt)) return null;
        return new PreferenceForm(
            DateTimeOffset.FromUnixTimeMilliseconds(shownAt),
            text,
            was.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal),
            form[TopicField].OfType<string>().ToHashSet(StringComparer.Ordinal),
            form.ContainsKey(EverythingField),
            form.ContainsKey(ObjectionField),
            form.Where(field => field.Key.StartsWith(FrequencyField, StringComparison.Ordinal))
                .ToDictionary(field => field.Key[FrequencyField.Length..], field => field.Value.ToString(), StringComparer.Ordinal));
    }
}
