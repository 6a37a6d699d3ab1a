using System.Globalization;
using Consent.Audit.Timelines;
using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>All that the pages say of themselves in one language, written in it rather than translated, and how that language writes days and numbers.</summary>
internal sealed partial record Words
{
    // Made when first asked for: each of them is made of this type.
    private static readonly Lazy<IReadOnlyList<Words>> Spoken = new(() => [WordsInDutch.Value, WordsInEnglish.Value]);

    /// <summary>In the order in which a page offers them.</summary>
    public static IReadOnlyList<Words> All => Spoken.Value;

    public static Words English => WordsInEnglish.Value;

    /// <summary>Its tag.</summary>
    public required string Language { get; init; }
    public required string LanguageName { get; init; }

    /// <summary>As they stand in a date.</summary>
    public required IReadOnlyList<string> Months { get; init; }
    public required string GroupSeparator { get; init; }
    public required string DecimalSeparator { get; init; }

    /// <summary>What a person did, by the id that a receipt has for it.</summary>
    public IReadOnlyDictionary<string, string> Actions { get; init; } = new Dictionary<string, string>();

    /// <summary>Where a decision was taken.</summary>
    public IReadOnlyDictionary<string, string> Sources { get; init; } = new Dictionary<string, string>();

    /// <summary>Why a grant was not recorded.</summary>
    public IReadOnlyDictionary<string, string> Drops { get; init; } = new Dictionary<string, string>();

    /// <summary>On which a person is held or restricted.</summary>
    public IReadOnlyDictionary<string, string> Grounds { get; init; } = new Dictionary<string, string>();

    /// <summary>Of a step of a trace, by what it is.</summary>
    public IReadOnlyDictionary<string, string> Steps { get; init; } = new Dictionary<string, string>();

    /// <summary>Of the parts of a declaration.</summary>
    public IReadOnlyDictionary<string, string> Lists { get; init; } = new Dictionary<string, string>();

    /// <summary>What an auditor did.</summary>
    public IReadOnlyDictionary<string, string> Looks { get; init; } = new Dictionary<string, string>();

    /// <summary>Why no banner was shown, by the reasons of the class of that name.</summary>
    public IReadOnlyDictionary<string, string> NoBanners { get; init; } = new Dictionary<string, string>();

    /// <summary>By the end of a problem's type: what is the matter, and what to do.</summary>
    public IReadOnlyDictionary<string, (string Title, string Text)> Problems { get; init; } = new Dictionary<string, (string, string)>();
    public IReadOnlyDictionary<Decision, string> Decisions { get; init; } = new Dictionary<Decision, string>();
    public IReadOnlyDictionary<PurposeStatus, string> Statuses { get; init; } = new Dictionary<PurposeStatus, string>();
    public IReadOnlyDictionary<LegalBasis, string> Bases { get; init; } = new Dictionary<LegalBasis, string>();
    public IReadOnlyDictionary<TimelineWhat, string> Happenings { get; init; } = new Dictionary<TimelineWhat, string>();
    public IReadOnlyDictionary<InForceVerdict, string> Verdicts { get; init; } = new Dictionary<InForceVerdict, string>();

    public string Of(Decision decision) => Decisions[decision];

    public string Of(PurposeStatus status) => Statuses[status];

    public string Of(LegalBasis basis) => Bases[basis];

    public string Of(TimelineWhat what) => Happenings[what];

    public string Of(InForceVerdict verdict) => Verdicts[verdict];

    public string Day(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{day.Day} {Months[day.Month - 1]} {day.Year}");

    /// <summary>To the millisecond, or to the second where it has none, as the log's times; in UTC, and says so.</summary>
    public string Moment(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        var fraction = utc.Millisecond == 0 ? "" : $"{DecimalSeparator}{utc.ToString("fff", CultureInfo.InvariantCulture)}";
        return $"{Day(DateOnly.FromDateTime(utc))}, {utc.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}{fraction} UTC";
    }

    public string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(",", GroupSeparator, StringComparison.Ordinal);

    /// <summary>As precise as it matters; a dash for what did not happen.</summary>
    public string Took(TimeSpan? time) => time switch
    {
        null => "–",
        { TotalSeconds: < 1 } brief => $"{Number((long)brief.TotalMilliseconds)} ms",
        { TotalMinutes: < 2 } some => $"{some.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture).Replace(".", DecimalSeparator, StringComparison.Ordinal)} s",
        { TotalHours: < 2 } longer => $"{Number((long)longer.TotalMinutes)} min",
        { } longest => $"{Number((long)longest.TotalHours)} h",
    };
}
