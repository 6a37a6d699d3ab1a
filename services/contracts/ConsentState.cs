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
    private static readonly PurposeState Unknown = new(PurposeStatus.NeverAsked, null, null);

    /// <summary>The state of every purpose of the declaration, and of each topic on each channel that it has (<see cref="ChannelTopic"/>).</summary>
    public static IReadOnlyDictionary<string, PurposeState> Of(Receipt? newest, PublishedDeclaration inForce, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var states = new SortedDictionary<string, PurposeState>(StringComparer.Ordinal);
        foreach (var purpose in inForce.Declaration.Purposes) states[purpose.Id] = Of(newest, inForce, purpose.Id, now);
        foreach (var topic in inForce.Declaration.Topics)
            foreach (var on in ChannelTopic.Of(topic)) states[on.Id] = Of(newest, inForce, on.Id, now);
        return states;
    }

    /// <summary>The state of one purpose or topic; <c>never-asked</c> for an id that the declaration does not know, or a channel that the topic does not have.</summary>
    public static PurposeState Of(Receipt? newest, PublishedDeclaration inForce, string id, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        if (inForce.Declaration.PurposeBehind(id) is not { } purpose) return Unknown;

        var (decision, whole) = (Decided(newest, id), Whole(newest, inForce.Declaration, purpose.Id));
        if (purpose.Id == id) return OfDecision(whole, purpose, inForce, now);
        // A topic that goes by post alone has no e-mail for its own id to stand for.
        if (ChannelTopic.Read(id) is { } on && inForce.Declaration.FindTopic(id) is { } topic && !topic.Channels.Contains(on.Channel)) return Unknown;

        // A "no" to the whole purpose is a "no" to each of its topics, until the person decides on the topic again.
        var overruled = whole is { IsNo: true } && whole.DecidedIn >= (decision?.DecidedIn ?? 0);
        var said = overruled ? whole : decision;
        return purpose.LegalBasis is LegalBasis.Consent ? OfDecision(said, purpose, inForce, now) : OfMarketing(said, purpose, inForce, now);
    }

    /// <summary>
    /// What holds of a purpose as a whole: the decision on it, or the person's "no" to everything (<see cref="Receipt.Everything"/>), where that came later and the
    /// purpose has topics. Null when nothing was decided.
    /// </summary>
    public static PurposeDecision? Whole(Receipt? newest, Declaration inForce, string purpose)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        var own = Decided(newest, purpose);
        return Decided(newest, Receipt.Everything) is { IsNo: true } all && all.DecidedIn > (own?.DecidedIn ?? 0) && HasTopics(inForce, purpose) ? all : own;
    }

    private static bool HasTopics(Declaration inForce, string purpose) => inForce.Topics.Any(topic => topic.Purpose == purpose);

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

    /// <summary>
    /// Of a topic whose purpose rests on something else than consent: what the person himself said of it, and no more. Whether marketing may go to who said
    /// nothing depends on the channel, its law, and what is known of him; the check of the marketing service knows these, and a receipt does not.
    /// </summary>
    private static PurposeState OfMarketing(PurposeDecision? decision, Purpose purpose, PublishedDeclaration inForce, DateTimeOffset now)
    {
        var status = decision switch
        {
            { IsNo: true } => PurposeStatus.Objected,
            { Status: Decision.Given, ValidUntil: var end, Meaning: var meaning }
                when (end is null || now < end) && meaning == inForce.Meanings.GetValueOrDefault(purpose.Id) => PurposeStatus.Given,
            _ => PurposeStatus.NeverAsked,
        };
        return new PurposeState(status, decision?.DecidedAt, decision?.ValidUntil);
    }
}
