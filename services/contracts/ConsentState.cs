using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>Where a person stands on one purpose or topic, at one moment.</summary>
public sealed record PurposeState(PurposeStatus Status, DateTimeOffset? DecidedAt, DateTimeOffset? ValidUntil)
{
    /// <summary>True for <c>given</c> and <c>not-needed</c> only: what is unknown, expired or changed is not permitted.</summary>
    public bool Permitted => Status is PurposeStatus.Given or PurposeStatus.NotNeeded;
}

[JsonConverter(typeof(KebabCaseEnum<PurposeStatus>))]
public enum PurposeStatus { NeverAsked, Given, Refused, Withdrawn, Expired, AskAgain, NotNeeded, Objected }

/// <summary>
/// The one state function: what holds for a person is a function of the newest receipt, the declaration in force and the time.
/// The consent service and every subscriber call this and nothing else, so that expiry and a changed declaration take effect
/// everywhere with no message sent.
/// </summary>
public static class ConsentState
{
    /// <summary>The state of every purpose and topic of the declaration, and of each topic on each channel that it has besides e-mail.</summary>
    public static IReadOnlyDictionary<string, PurposeState> Of(Receipt? newest, PublishedDeclaration inForce, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var states = new SortedDictionary<string, PurposeState>(StringComparer.Ordinal);
        foreach (var purpose in inForce.Declaration.Purposes) states[purpose.Id] = Of(newest, inForce, purpose.Id, now);
        foreach (var topic in inForce.Declaration.Topics)
            foreach (var id in ChannelTopic.Of(topic).Select(on => on.Id).Prepend(topic.Id)) states[id] = Of(newest, inForce, id, now);
        return states;
    }

    /// <summary>The state of one purpose or topic; <c>never-asked</c> for an id that the declaration does not know.</summary>
    public static PurposeState Of(Receipt? newest, PublishedDeclaration inForce, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        if (inForce.Declaration.PurposeBehind(id) is not { } purpose) return new PurposeState(PurposeStatus.NeverAsked, null, null);

        var decision = Decided(newest, id);
        if (purpose.Id == id) return OfDecision(decision, purpose, inForce, now);

        // A "no" to the whole purpose is a "no" to each of its topics, until the person decides on the topic again.
        var whole = Decided(newest, purpose.Id);
        var overruled = whole is { IsNo: true } && whole.DecidedIn >= (decision?.DecidedIn ?? 0);
        return OfDecision(overruled ? whole : decision, purpose, inForce, now);
    }

    private static PurposeDecision? Decided(Receipt? newest, string id) => newest?.Purposes.GetValueOrDefault(id);

    private static PurposeState OfDecision(PurposeDecision? decision, Purpose purpose, PublishedDeclaration inForce, DateTimeOffset now)
    {
        var status = (purpose.LegalBasis, decision) switch
        {
            // Only a legitimate interest or a public task yields to an objection (GDPR art. 21(1)).
            (LegalBasis.LegitimateInterest or LegalBasis.PublicTask, { IsNo: true }) => PurposeStatus.Objected,
            (not LegalBasis.Consent, _) => PurposeStatus.NotNeeded,
            (_, null) => PurposeStatus.NeverAsked,
            (_, { Status: Decision.Objected }) => PurposeStatus.Objected,
            (_, { ValidUntil: { } end }) when now >= end => PurposeStatus.Expired,
            (_, { Status: Decision.Refused }) => PurposeStatus.Refused,
            (_, { Status: Decision.Withdrawn }) => PurposeStatus.Withdrawn,
            (_, { Status: Decision.Unproven }) => PurposeStatus.AskAgain,
            (_, { Meaning: var meaning }) when meaning != inForce.Meanings.GetValueOrDefault(purpose.Id) => PurposeStatus.AskAgain,
            _ => PurposeStatus.Given,
        };
        return new PurposeState(status, decision?.DecidedAt, decision?.ValidUntil);
    }
}
