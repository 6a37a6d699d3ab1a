using Consent.ServiceDefaults;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What an opt-in that was given elsewhere makes of what stands of an address. With its proof it is a subscription; without, it is noted as unproven,
/// which permits nothing, takes the place of nothing, and gives way to any real opt-in; a soft opt-in gives way to one too. It brings nobody back: no
/// suppression, and no "no" in the consent service, yields to it, whatever it says. And it makes nothing worse: a subscription keeps its proof unless
/// this one is better. Pure.
/// </summary>
public static class ImportedOptInDecisions
{
    public const string Action = "import";

    /// <param name="own">The topic's entry in each stream of the address.</param>
    /// <param name="saidNo">See <see cref="OptInDecisions.LastNo"/>.</param>
    /// <param name="meaning">What the topic's purpose means now.</param>
    /// <param name="former">See <see cref="FormerNo.Standing"/>.</param>
    /// <returns>Null when there is something to record; <see cref="StreamImport.Known"/> when what stands says as much or more; else what to do about the row.</returns>
    public static string? WhyNot(IReadOnlyList<TopicEntry> own, DateTimeOffset? saidNo, OptInProof proof, string? meaning, FormerNo? former = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        ArgumentNullException.ThrowIfNull(proof);
        if (own.FirstOrDefault(entry => entry.Status is TopicStatus.Suppressed) is { } stands)
            return $"Leave the row out: the address is suppressed ({stands.Cause ?? "opted-out"}), which no import lifts. Only the person does, by subscribing again.";
        if (former is not null)
            return $"Leave the row out: the address is suppressed ({(former.Reason is "suppressed" ? "opted-out" : former.Reason)}) since the site was another controller's, which no import lifts. Only the person does, by subscribing again.";
        if (saidNo is not null) return "Leave the row out: the person has said no, which no import lifts. Only the person does, by subscribing again.";
        return own.Any(entry => !TakesEffect(entry, proof, meaning)) ? StreamImport.Known : null;
    }

    /// <summary>The record of a row in one stream; null when it changes nothing there.</summary>
    public static MarketingRecord? Record(
        MarketingRecord? newest, string site, string subjectId, string topic, OptInProof proof, string? meaning, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (!TakesEffect(MarketingDecisions.Standing(newest?.Topics, topic), proof, meaning)) return null;
        var made = MarketingDecisions.OptIn(newest, site, subjectId, topic, proof, id, now) with { Action = Action };
        return proof.IsProven || proof.SoftOptIn is not null
            ? made
            : made with { Kind = MarketingRecord.Unproven, Topics = MarketingDecisions.With(newest, topic, new TopicEntry(TopicStatus.Unproven, now, null, id)) };
    }

    /// <summary>
    /// Of a subscription it takes the place when it is confirmed, and that is not, or was earlier; unconfirmed, when it was given later and for what
    /// the purpose means now, which that was not. A proof for what the purpose means now stays in any case, unless the new one is for that too.
    /// </summary>
    public static bool TakesEffect(TopicEntry? entry, OptInProof proof, string? meaning)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (proof.SoftOptIn is not null) return MarketingDecisions.TakesEffect(entry, proof);
        if (!proof.IsProven) return entry is null;
        if (entry is { Status: TopicStatus.Suppressed }) return false;
        if (entry is not { Status: TopicStatus.Subscribed, Proof: { Permits: true } held }) return MarketingDecisions.TakesEffect(entry, proof);
        var (holds, fits) = (held.Meaning == meaning, proof.Meaning == meaning);
        if (holds && !fits) return false;
        if (proof.ConfirmedAt is { } confirmed) return !(held.ConfirmedAt >= confirmed);
        return held.ConfirmedAt is null && !holds && fits && proof.OptedInAt > (held.OptedInAt ?? entry.At);
    }
}
