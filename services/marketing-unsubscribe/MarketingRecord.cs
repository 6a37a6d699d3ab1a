using System.Text.Json.Serialization;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// One thing that happened to one address on one site, with the full topic map as it stands afterwards. It names the person by
/// address id only; the plain address is nowhere.
/// </summary>
public sealed record MarketingRecord
{
    /// <summary>A topic became suppressed.</summary>
    public const string Unsubscribed = "marketing-unsubscribed";

    /// <summary>A topic became subscribed, or is so on a newer proof.</summary>
    public const string Subscribed = "marketing-subscribed";

    /// <summary>A person took back what he had stopped on the page a moment ago; the topic is as it was before.</summary>
    public const string Undone = "marketing-unsubscribe-undone";

    /// <summary>Mail to the address came back; it is sent nothing more, which is nobody's wish and is told to nobody.</summary>
    public const string Bounced = "marketing-bounced";

    /// <summary>The person behind the address asked to be forgotten: in a stream of its own, because that of the address is erased.</summary>
    public const string ErasureAsked = "marketing-erasure-asked";

    /// <summary>In the place of a topic: every one that there is and will be. No topic can be called so.</summary>
    public const string Everything = "*";

    /// <summary>An opt-in that changed nothing: it met a suppression, or a better proof. Kept as evidence, published to nobody.</summary>
    public const string Attempted = "marketing-subscription-attempted";

    /// <summary>An opt-in that nobody confirmed and nothing proves; it permits nothing, and is published to nobody.</summary>
    public const string Unproven = "marketing-subscription-unproven";

    /// <summary>What a controller states of an own customer, in the place of a consent (<see cref="MarketingUnsubscribe.SoftOptIn"/>); published to nobody.</summary>
    public const string SoftOptIn = "marketing-soft-opt-in";

    private const string Streams = "marketing/";

    public required string Kind { get; init; }
    public required string Site { get; init; }
    public required string SubjectId { get; init; }

    /// <summary>The topic that this record is about, on its channel: see <see cref="ChannelTopic"/>.</summary>
    public required string Topic { get; init; }

    /// <summary>Such as <c>one-click-unsubscribe</c>, <c>unsubscribe-page</c>, <c>subscribe</c>, <c>confirmed-subscribe</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The mailing whose link was used, in the sender's word; null when there was none.</summary>
    public string? Campaign { get; init; }

    /// <summary>Of the page or mail on which the person acted.</summary>
    public string? Language { get; init; }

    /// <summary>Id of the record that this one takes back; null for any but <see cref="Undone"/>.</summary>
    public string? Undoes { get; init; }

    /// <summary>When that was recorded; null for any but <see cref="Undone"/>.</summary>
    public DateTimeOffset? OptedOutAt { get; init; }

    /// <summary>
    /// Where <see cref="Topic"/> is <see cref="Everything"/>, what the others are told of it (<see cref="MarketingEvents.OfEverything"/>): the purposes behind the topics
    /// that the site declared then, and itself, once.
    /// </summary>
    public IReadOnlyList<string>? Purposes { get; init; }

    /// <summary>What was taken back last of each topic; carried along by the log.</summary>
    public IReadOnlyDictionary<string, TakenBack>? TakenBack { get; init; }

    /// <summary>
    /// When mail came back of which it is unclear whether the address is at fault (<see cref="AddressVerdict.Unclear"/>), for the first time; what comes
    /// back again counts by it. Null when none did, or anything but returned mail was recorded since: the wait begins anew then.
    /// </summary>
    public DateTimeOffset? UnclearBounceAt { get; init; }

    /// <summary>How often the person wants each topic, by the ids of the declaration, where he said; carried along by the log.</summary>
    public IReadOnlyDictionary<string, string>? Frequencies { get; init; }

    /// <summary>The opt-in that was made, whether it took effect or not; null for an opt-out.</summary>
    public OptInProof? Proof { get; init; }
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Every topic ever decided in this stream, as it stands after this record.</summary>
    public required IReadOnlyDictionary<string, TopicEntry> Topics { get; init; }

    /// <summary>Whether a record of this kind stands in the stream of an address.</summary>
    public static bool IsOfAnAddress(string kind) => kind is Unsubscribed or Subscribed or Undone or Bounced or Attempted or Unproven or SoftOptIn
        or PreferenceDecisions.FrequencyChosen or PreferenceDecisions.LinkSent;

    public static string Stream(string site, string subjectId) => $"{Streams}{site}/{subjectId}";

    /// <summary>Whether it is the stream of an address: the log has others besides.</summary>
    public static bool IsStream(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.StartsWith(Streams, StringComparison.Ordinal);
    }
}

/// <summary>Opt-outs of a topic that were taken back.</summary>
/// <param name="At">When one was, last.</param>
/// <param name="Ids">Of the records, the last few.</param>
public sealed record TakenBack(DateTimeOffset At, IReadOnlyList<string> Ids);

/// <param name="At">When it was recorded here.</param>
/// <param name="Proof">What the subscription rests on; null for a suppression, which needs nothing, and for what is unproven.</param>
/// <param name="By">Id of the record that made it; null in records of old.</param>
/// <param name="Cause">Why it is suppressed, when it was not the person's own opt-out: <see cref="Complained"/>, <see cref="Bounced"/> or <see cref="Erased"/>.</param>
/// <param name="Press">Hash of the secret of the page on which it was pressed; see <see cref="PagePress"/>. Null when it cannot be taken back.</param>
/// <param name="UndoableUntil">Until then, on that page, it can be taken back.</param>
/// <param name="Before">What then holds again; null for nothing, and where it cannot be taken back.</param>
/// <param name="Repeats">How often the same was said again; it is noted less often each time.</param>
/// <param name="Told">Of <see cref="MarketingRecord.Everything"/>: what the others were told, as in <see cref="MarketingRecord.Purposes"/>; null for nothing.</param>
public sealed record TopicEntry(
    TopicStatus Status, DateTimeOffset At, OptInProof? Proof, string? By = null, string? Cause = null, string? Press = null, DateTimeOffset? UndoableUntil = null,
    TopicEntry? Before = null, int Repeats = 0, IReadOnlyList<string>? Told = null)
{
    /// <summary>The same, for good.</summary>
    public TopicEntry ForGood() => this with { Press = null, UndoableUntil = null, Before = null };

    public bool IsFinal(DateTimeOffset now) => !(UndoableUntil >= now);

    /// <summary>The person told his mail provider that it was unwanted.</summary>
    public const string Complained = "complained";

    /// <summary>The address does not exist, by the word of its mail server.</summary>
    public const string Bounced = "bounced";

    /// <summary>The person was erased; what is left is the keyed hash of the address, so that it is not mailed again unless he confirms anew.</summary>
    public const string Erased = "erased";
}

[JsonConverter(typeof(KebabCaseEnum<TopicStatus>))]
public enum TopicStatus { Subscribed, Suppressed, Unproven, SoftOptIn }

/// <summary>What a person was told when he opted in, and how it is known (GDPR art. 7(1)); or on what a soft opt-in rests.</summary>
public sealed record OptInProof
{
    /// <summary>Hash of the declaration in force then.</summary>
    public required string Declaration { get; init; }
    public required int DeclarationVersion { get; init; }

    /// <summary>What the purpose meant then; see <see cref="Contracts.Meaning"/>.</summary>
    public string? Meaning { get; init; }
    public required string Language { get; init; }

    /// <summary>SHA-256 of the topic's name and description as the declaration has them in that language; see <see cref="TextHashOf"/>.</summary>
    public required string TextHash { get; init; }

    /// <summary>Where it was given, such as <c>form</c> or <c>checkout</c>, in the caller's word.</summary>
    public required string Source { get; init; }

    /// <summary>
    /// When the person confirmed it out of his own mailbox: by the word of the controller, or, where <see cref="RequestedAt"/> is there too, at the
    /// press of the button behind our confirmation mail. Null while unconfirmed.
    /// </summary>
    public DateTimeOffset? ConfirmedAt { get; init; }

    /// <summary>When the address was typed on a page, which a confirmation mail was to follow; null where there was no such first step.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>Of the confirmation mail; see <see cref="ConfirmationMail.Hash"/>. Null where none was sent.</summary>
    public string? MailHash { get; init; }

    /// <summary>
    /// What proves an opt-in that was given elsewhere: an address, a hash or a reference, by the word of <see cref="StatedBy"/>. Null for one that was
    /// given here.
    /// </summary>
    public string? Evidence { get; init; }

    /// <summary>
    /// When it was given elsewhere, by the same word. <see cref="Declaration"/> is then the one that was shown, where the controller named it, else the
    /// one in force at the import. Null for one that was given here.
    /// </summary>
    public DateTimeOffset? OptedInAt { get; init; }

    /// <summary>Stated in the place of an opt-in, which this then is not; null for an opt-in.</summary>
    public SoftOptIn? SoftOptIn { get; init; }

    /// <summary>Who vouches for it: the client that stated or imported it for the controller, by its token. Null where the person himself acted.</summary>
    public string? StatedBy { get; init; }

    /// <summary>
    /// True of a <see cref="ConfirmedAt"/> that <see cref="StatedBy"/> states: it is a basis, and lifts no "no". Null where the person himself acted, and in
    /// records from before this was told apart, which lifted by such a word and read as they did.
    /// </summary>
    public bool? LiftsNothing { get; init; }

    /// <summary>The person's own opt-in, in whose place this statement came: what that lifted stays lifted. Null where there was none.</summary>
    public OptInProof? InPlaceOf { get; init; }

    /// <summary>True where the service was offered to children then (GDPR art. 8), so that it needs the age or a parent's authorisation; null elsewhere.</summary>
    public bool? ForChildren { get; init; }

    /// <summary>Whether the person says to be of the age at which he consents himself; null where nobody said.</summary>
    public bool? OfAge { get; init; }

    /// <summary>By whoever holds parental responsibility; null where none was stated.</summary>
    public ParentalAuthorisation? ParentalAuthorisation { get; init; }

    /// <summary>Whether it can be shown that the person opted in elsewhere, and when (GDPR art. 7(1)).</summary>
    [JsonIgnore]
    public bool IsProven => Evidence is not null && OptedInAt is not null && IsAgeSettled;

    /// <summary>Whether it is a basis to send: the person confirmed it, or it is proven. Anybody can type anybody's address.</summary>
    [JsonIgnore]
    public bool Permits => IsProven || (ConfirmedAt is not null && IsAgeSettled);

    /// <summary>What in it is the person's own word, and so can lift a "no"; null where all is a controller's.</summary>
    [JsonIgnore]
    public OptInProof? OwnWord => LiftsNothing is true ? InPlaceOf : this;

    /// <summary>From when it counts against another: the first step, where there were two. Null while unconfirmed.</summary>
    [JsonIgnore]
    public DateTimeOffset? CountsFrom => ConfirmedAt is null ? null : RequestedAt ?? ConfirmedAt;

    /// <summary>
    /// It lifts a "no" that was said before this moment, and none since: the first step, where there were two, because a mail may be opened long after it
    /// was asked for. Null while unconfirmed, and for what was only stated: it lifts none.
    /// </summary>
    [JsonIgnore]
    public DateTimeOffset? LiftsUpTo => OwnWord?.CountsFrom;

    private bool IsAgeSettled => ForChildren is not true || OfAge is true || ParentalAuthorisation is not null;

    public static OptInProof On(
        PublishedDeclaration inForce, Topic topic, string language, string source, DateTimeOffset? confirmedAt)
    {
        ArgumentNullException.ThrowIfNull(inForce);
        ArgumentNullException.ThrowIfNull(topic);
        return new OptInProof
        {
            Declaration = inForce.Hash,
            DeclarationVersion = inForce.Version,
            Meaning = inForce.MeaningOf(topic.Id),
            Language = language,
            TextHash = TextHashOf(topic, language),
            Source = source,
            ConfirmedAt = confirmedAt,
            ForChildren = inForce.Declaration.Children is null ? null : true,
        };
    }

    public static string TextHashOf(Topic topic, string language) =>
        CanonicalJson.Hash(new { Name = topic.Name.In(language), Description = topic.Description.In(language) });
}
