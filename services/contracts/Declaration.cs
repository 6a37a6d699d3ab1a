using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>
/// Everything that one site says about its processing, in one immutable version (shipped JSON Schema:
/// <c>declaration.schema.json</c>). Texts are maps from language tag to text, complete in each of <see cref="Languages"/>.
/// Its identity is <see cref="PublishedDeclaration.Hash"/>. A declaration says what the controller states, not that it is lawful.
/// </summary>
public sealed record Declaration
{
    /// <summary>The cookie in which the banner keeps a choice; declared by every site that asks consent.</summary>
    public const string ChoiceCookie = "consent-choice";

    public required string Site { get; init; }
    public required DateOnly EffectiveFrom { get; init; }
    public required IReadOnlyList<string> Origins { get; init; }
    public required IReadOnlyList<string> Languages { get; init; }
    public required Controller Controller { get; init; }
    public required Authority SupervisoryAuthority { get; init; }
    public IReadOnlyList<Regime> Regimes { get; init; } = [];
    public required Texts ScopeOfStatement { get; init; }
    public required Texts AnnouncementOfChanges { get; init; }
    public required IReadOnlyList<DataCategory> DataCategories { get; init; }
    public required IReadOnlyList<Purpose> Purposes { get; init; }
    public required IReadOnlyList<Vendor> Vendors { get; init; }
    public required IReadOnlyList<CookieEntry> Cookies { get; init; }
    public required IReadOnlyList<Topic> Topics { get; init; }
    public required Rights Rights { get; init; }
    public IReadOnlyList<Statement> Disclosures { get; init; } = [];
    public IReadOnlyList<Statement> Measures { get; init; } = [];

    /// <summary>Decisions based solely on automated processing, each with its logic and consequences (GDPR art. 13(2)(f), 22); empty: none are made; null: not said.</summary>
    public IReadOnlyList<Statement>? AutomatedDecisions { get; init; }

    /// <summary>How long a choice, given or refused, is remembered.</summary>
    public Term ConsentValidFor { get; init; } = Term.SixMonths;

    /// <summary>How long after it was superseded a grant made on this declaration is still taken: a page may stand open for a while.</summary>
    public Term GraceFor { get; init; } = new(0, 0, 1);

    /// <summary>
    /// How long receipts are kept as proof (GDPR art. 7(1)) after the last decision in them has run out or was withdrawn; then they
    /// are erased. A topic, and an objection, run out only when they are decided again.
    /// </summary>
    public Term ProofFor { get; init; } = new(5, 0, 0);

    /// <summary>The site is no more: nothing is granted here any longer, and a "no" still goes through.</summary>
    public bool Retired { get; init; }

    /// <summary>Present when the service is offered to children (GDPR art. 8).</summary>
    public Children? Children { get; init; }

    /// <summary>By language, texts of the banner in the site's own words: part of what a person was shown, hence of the declaration.</summary>
    public IReadOnlyDictionary<string, OwnBannerTexts>? BannerTexts { get; init; }

    /// <summary>By which the site sends mail through the mail gate; a stream that is not here is held to what marketing is held to.</summary>
    public IReadOnlyList<MailStream>? MailStreams { get; init; }

    public Purpose? FindPurpose(string id) => Purposes.FirstOrDefault(p => p.Id == id);

    /// <summary>The topic that is decided under the id: by its own, or by that of one of its channels (<see cref="ChannelTopic"/>).</summary>
    public Topic? FindTopic(string id) =>
        ChannelTopic.Read(id) is { } on && Topics.FirstOrDefault(t => t.Id == on.Topic) is { } topic && (on.Channel is Channel.Email || topic.Channels.Contains(on.Channel))
            ? topic
            : null;

    /// <summary>What marketing rests on: each purpose behind a topic, in the order of the alphabet.</summary>
    public IReadOnlyList<string> PurposesOfTopics() => [.. Topics.Select(t => t.Purpose).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public MailStream? FindMailStream(string id) => MailStreams?.FirstOrDefault(s => s.Id == id);

    /// <summary>The purpose that stands behind <paramref name="id"/>: the purpose of that id, or the purpose of the topic that is decided under it.</summary>
    public Purpose? PurposeBehind(string id) => FindPurpose(id) ?? (FindTopic(id) is { } topic ? FindPurpose(topic.Purpose) : null);
}

/// <summary>Below which age a person's consent needs the authorisation of a parent, by country (ISO 3166-1 alpha-2): 13 to 16.</summary>
public sealed record Children(IReadOnlyDictionary<string, int> Ages);

/// <summary>Text by language tag, such as <c>nl</c> and <c>en</c>.</summary>
public sealed class Texts : Dictionary<string, string>
{
    /// <summary>The text in the language, else in the first language present, else empty.</summary>
    public string In(string language) => TryGetValue(language, out var text) ? text : Values.FirstOrDefault() ?? "";
}

/// <summary>The organisation that decides why and how (GDPR art. 4(7)).</summary>
public sealed record Controller
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string? LegalForm { get; init; }

    /// <summary>Number in the Dutch trade register: eight digits.</summary>
    public string? TradeRegisterNumber { get; init; }
    public required string Address { get; init; }
    public required string Postcode { get; init; }
    public required string City { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public required string Country { get; init; }
    public string? Phone { get; init; }
    public required string Email { get; init; }
    public required string Website { get; init; }
    public DataProtectionOfficer? DataProtectionOfficer { get; init; }

    /// <summary>Of a controller outside the Union (GDPR art. 27).</summary>
    public Representative? Representative { get; init; }
}

/// <summary>Whom to write to about data protection (GDPR art. 13(1)(b), 37); a name need not be told.</summary>
public sealed record DataProtectionOfficer(string? Name, string Email, string? Phone);

/// <param name="Country">ISO 3166-1 alpha-2.</param>
public sealed record Representative(string Name, string Address, string Country, string Email);

public sealed record Authority(string Name, string Website);

/// <summary>Which act governs records of which days; both ends included, an open end is null.</summary>
public sealed record Regime(string Law, DateOnly? From, DateOnly? Until);

public sealed record DataCategory
{
    public required string Id { get; init; }
    public required Texts Name { get; init; }

    /// <summary>A special category of personal data (GDPR art. 9).</summary>
    public bool Special { get; init; }

    /// <summary>Where the data come from, when not from the data subject, and whether from publicly accessible sources (GDPR art. 14(2)(f)).</summary>
    public Texts? Source { get; init; }
}

/// <summary>What data is used for, with exactly one legal basis.</summary>
public sealed record Purpose
{
    public required string Id { get; init; }
    public required Texts Name { get; init; }
    public required Texts Description { get; init; }
    public required LegalBasis LegalBasis { get; init; }

    /// <summary>The interest pursued and its balancing; required when the basis is legitimate interest.</summary>
    public Texts? Interest { get; init; }
    public required IReadOnlyList<string> DataCategories { get; init; }

    /// <summary>Whose data these are, such as customers or visitors of the website (GDPR art. 30(1)(c)).</summary>
    public Texts? DataSubjects { get; init; }
    public required Retention Retention { get; init; }
    public IReadOnlyList<string> Vendors { get; init; } = [];

    /// <summary>Advertising, sharing or profiling: what Global Privacy Control refuses.</summary>
    public bool Advertising { get; init; }

    /// <summary>
    /// What a grant of it means to the tags of Google, Microsoft and Matomo, in the consent types of Google Consent Mode v2, such as
    /// <c>analytics_storage</c>; those that begin with <c>ad_</c> only where it is <see cref="Advertising"/>.
    /// </summary>
    public IReadOnlyList<string>? Signals { get; init; }
}

[JsonConverter(typeof(KebabCaseEnum<LegalBasis>))]
public enum LegalBasis { Consent, Contract, LegalObligation, LegitimateInterest, VitalInterest, PublicTask }

public sealed record Retention
{
    /// <summary>How long after <see cref="Trigger"/>; absent when the data go at the trigger itself.</summary>
    public Term? Term { get; init; }

    /// <summary>Count <see cref="Term"/>'s days as working days of the controller's country.</summary>
    public bool WorkingDays { get; init; }

    /// <summary>What starts the term, such as <c>collected</c>, <c>contract-ended</c>, <c>account-closed</c>, <c>last-contact</c>.</summary>
    public required string Trigger { get; init; }
    public required Texts Description { get; init; }
}

/// <summary>A recipient of data, with its agreement and, outside the EEA, its safeguard.</summary>
public sealed record Vendor
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required VendorRole Role { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public required string Country { get; init; }
    public Agreement? Agreement { get; init; }

    /// <summary>Transfer basis outside the EEA (GDPR art. 44 to 49), such as <c>adequacy-decision</c> or <c>standard-contractual-clauses</c>.</summary>
    public string? Safeguard { get; init; }
    public string? PrivacyPolicy { get; init; }
    public Texts? Conditions { get; init; }

    /// <summary>Where data subjects reach a joint controller (GDPR art. 26(1), 30(1)(a)): an e-mail address.</summary>
    public string? Contact { get; init; }

    /// <summary>
    /// Hosts by which pages reach it: a name, or <c>*.</c> and a name for every host under that, the name itself left out, as in a Content
    /// Security Policy. No host has two vendors.
    /// </summary>
    public IReadOnlyList<string>? Hosts { get; init; }
}

[JsonConverter(typeof(KebabCaseEnum<VendorRole>))]
public enum VendorRole { Processor, ThirdParty, JointController }

/// <summary>An agreement with a recipient: its kind (<c>processing-agreement</c>, <c>terms</c>) and, where public, its address.</summary>
public sealed record Agreement(string Kind, string? Url);

public sealed record CookieEntry
{
    /// <summary>The cookie's name or key; <c>*</c> stands for any run of characters.</summary>
    public required string Name { get; init; }
    public required CookieKind Kind { get; init; }
    public required string Purpose { get; init; }

    /// <summary>Absent when the site itself sets it.</summary>
    public string? Vendor { get; init; }

    /// <summary>Absent for the browser session.</summary>
    public Term? Lifetime { get; init; }
    public required Texts Description { get; init; }
}

[JsonConverter(typeof(KebabCaseEnum<CookieKind>))]
public enum CookieKind { Cookie, LocalStorage, SessionStorage }

/// <summary>What marketing is about. Decided upon like a purpose, on each channel by itself (<see cref="ChannelTopic"/>); its id differs from every purpose's.</summary>
public sealed record Topic
{
    public required string Id { get; init; }

    /// <summary>The purpose it belongs to: gives the legal basis; a "no" to that purpose is a "no" to the topic, until the topic is decided again.</summary>
    public required string Purpose { get; init; }
    public required Texts Name { get; init; }
    public required Texts Description { get; init; }
    public required IReadOnlyList<Channel> Channels { get; init; }

    /// <summary>How often a person may want it; null where there is nothing to choose.</summary>
    public IReadOnlyList<Frequency>? Frequencies { get; init; }
}

/// <summary>How often something is sent, such as each week.</summary>
public sealed record Frequency(string Id, Texts Name);

[JsonConverter(typeof(KebabCaseEnum<Channel>))]
public enum Channel { Email, Sms, Phone, Post }

/// <summary>
/// One of the ways by which a site sends mail, with a sign-in of its own at the mail gate. What its mail is, is said here, and nothing in a mail
/// changes it.
/// </summary>
public sealed record MailStream
{
    public required string Id { get; init; }
    public required MailClass Class { get; init; }

    /// <summary>Of marketing: the topic that it is about, which is sent by e-mail.</summary>
    public string? Topic { get; init; }

    /// <summary>Of what is transactional: why it is sent; rests on contract or legal obligation.</summary>
    public string? Purpose { get; init; }
}

/// <summary>Marketing goes to whom it may be sent, and what is transactional to everybody.</summary>
[JsonConverter(typeof(KebabCaseEnum<MailClass>))]
public enum MailClass { Marketing, Transactional }

/// <summary>How data subjects use their rights (GDPR art. 12 to 22).</summary>
public sealed record Rights
{
    public required IReadOnlyList<RightsRequest> Requests { get; init; }
    public required string Email { get; init; }

    /// <summary>Time to answer; at most the statutory month.</summary>
    public required Term Deadline { get; init; }
    public required IdentityCheck IdentityCheck { get; init; }
    public required Texts Procedure { get; init; }
}

[JsonConverter(typeof(KebabCaseEnum<RightsRequest>))]
public enum RightsRequest { Access, Information, Rectification, Erasure, Restriction, Portability, Objection, Withdrawal, Complaint }

public sealed record IdentityCheck(IdentityCheckMethod Method, Texts Description);

[JsonConverter(typeof(KebabCaseEnum<IdentityCheckMethod>))]
public enum IdentityCheckMethod { Account, ConfirmationMail, KnownPhoneNumber, RedactedIdentityCopy }

/// <summary>A named sentence of the declaration: a security measure, or a condition under which data are disclosed.</summary>
public sealed record Statement(string Id, Texts Text);
