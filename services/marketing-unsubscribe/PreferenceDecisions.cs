using Consent.Contracts;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What holds for one topic on one channel, as its person is told.</summary>
public enum PreferenceStanding
{
    Never,
    Subscribed,
    Stopped,
}

/// <summary>What is saved on the page of somebody's preferences, beside opt-outs and opt-ins as they are made elsewhere. Pure.</summary>
public static class PreferenceDecisions
{
    /// <summary>The action of all that is saved there, and the source of an opt-in.</summary>
    public const string Action = "preferences";

    /// <summary>Of what he left unticked, and only a legitimate interest would send him: no word of his, so it is about the address of the page alone.</summary>
    public const string LeftUnticked = "preferences-left-unticked";

    /// <summary>The action of an objection to direct marketing (GDPR art. 21(2) and (3)).</summary>
    public const string Objection = "objection";

    /// <summary>How often a topic is wanted: told to nobody but who checks.</summary>
    public const string FrequencyChosen = "marketing-frequency-chosen";

    /// <summary>Somebody who wants nothing any more was sent the link to his preferences: evidence, so that it is not sent again and again.</summary>
    public const string LinkSent = "marketing-preferences-sent";

    public static PreferenceStanding StandingOf(SendDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return decision switch
        {
            { Permitted: true } => PreferenceStanding.Subscribed,
            { Reason: "suppressed" or "complained" or "bounced" or "erased" or "withdrawn" or "refused" or "objected" } => PreferenceStanding.Stopped,
            _ => PreferenceStanding.Never,
        };
    }

    /// <summary>
    /// The record of an objection: everything is suppressed, for good, under an action of its own, also where everything was a moment ago already. Only the
    /// person's own later opt-in to a topic lifts it, for that topic.
    /// </summary>
    /// <param name="purposes">See <see cref="MarketingRecord.Purposes"/>.</param>
    public static MarketingRecord Object(
        MarketingRecord? newest, UnsubscribeLink link, string subjectId, string id, DateTimeOffset now, IReadOnlyList<string> purposes)
    {
        ArgumentNullException.ThrowIfNull(link);
        var others = newest is null ? null : newest with
        {
            Topics = newest.Topics.Where(t => t.Key != MarketingRecord.Everything).ToDictionary(StringComparer.Ordinal),
        };
        return OptOutDecisions.OptOut(others, link with { Topic = MarketingRecord.Everything }, subjectId, Objection, id, now, purposes: purposes)!;
    }

    /// <summary>The record of how often the person wants the topic; null when it is known.</summary>
    /// <param name="frequency">Id of one that the topic has; null for no wish.</param>
    public static MarketingRecord? Choose(
        MarketingRecord? newest, string site, string subjectId, string topic, string? frequency, string language, DateTimeOffset now)
    {
        var held = newest?.Frequencies ?? new Dictionary<string, string>();
        if (held.GetValueOrDefault(topic) == frequency) return null;
        var frequencies = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (other, chosen) in held.Where(f => f.Key != topic)) frequencies[other] = chosen;
        if (frequency is not null) frequencies[topic] = frequency;
        return Note(newest, FrequencyChosen, site, subjectId, topic, now) with { Language = language, Frequencies = frequencies };
    }

    /// <summary>See <see cref="LinkSent"/>.</summary>
    public static MarketingRecord NoteLinkSent(MarketingRecord? newest, string site, string subjectId, DateTimeOffset now) =>
        Note(newest, LinkSent, site, subjectId, MarketingRecord.Everything, now);

    /// <summary>How often the person wants the topic, as far as it is still offered; null where he did not say.</summary>
    public static string? FrequencyOf(Topic topic, IReadOnlyList<AddressStream> streams)
    {
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(streams);
        var chosen = streams.Select(s => s.Newest?.Frequencies?.GetValueOrDefault(topic.Id)).FirstOrDefault(f => f is not null);
        return topic.Frequencies?.FirstOrDefault(f => f.Id == chosen)?.Id;
    }

    private static MarketingRecord Note(MarketingRecord? newest, string kind, string site, string subjectId, string topic, DateTimeOffset now) => new()
    {
        Kind = kind,
        Site = site,
        SubjectId = subjectId,
        Topic = topic,
        Action = Action,
        RecordedAt = now,
        Topics = newest?.Topics ?? new Dictionary<string, TopicEntry>(),
    };
}
