using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// The words of the pages, and of the confirmation mail, in each official language of the Union, written in each rather than translated; Dutch
/// says "u": <c>words/xx.json</c>.
/// <c>{topic}</c> stands for a topic, named in the manner of the language, or for messages that the declaration no longer names.
/// </summary>
internal sealed record PageWords
{
    private const string Prefix = "words.";
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Strict) { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly FrozenDictionary<string, PageWords> All = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..^".json".Length], Read, StringComparer.Ordinal);

    /// <summary>Tags, in the order of the alphabet.</summary>
    public static IReadOnlyList<string> Known { get; } = [.. All.Keys.Order(StringComparer.Ordinal)];

    /// <param name="language">One of <see cref="Known"/>.</param>
    public static PageWords In(string language) => All[language];

    public required string LanguageName { get; init; }

    /// <summary>How a topic is named in a sentence.</summary>
    public required string Quoted { get; init; }

    /// <summary>Stands in a sentence for a topic that the declaration no longer has.</summary>
    public required string SomeTopic { get; init; }
    public required string ByEmail { get; init; }
    public required string BySms { get; init; }
    public required string ByPhone { get; init; }
    public required string ByPost { get; init; }
    public required string AskTitle { get; init; }
    public required string AskLead { get; init; }
    public required string Address { get; init; }
    public required string Stops { get; init; }
    public required string Sender { get; init; }
    public required string Button { get; init; }
    public required string AskNote { get; init; }
    public required string DoneTitle { get; init; }
    public required string DoneLead { get; init; }
    public required string Stopped { get; init; }
    public required string DoneNote { get; init; }
    public required string UndoButton { get; init; }
    public required string UndoNote { get; init; }

    /// <summary>For whoever sees a page on which he did not press, while it can still be taken back elsewhere.</summary>
    public required string FinalNote { get; init; }
    public required string FinalButton { get; init; }
    public required string UndoneTitle { get; init; }
    public required string UndoneLead { get; init; }
    public required string TooLateTitle { get; init; }
    public required string TooLateLead { get; init; }
    public required string MoreTitle { get; init; }
    public required string MoreLead { get; init; }
    public required string MoreButton { get; init; }
    public required string AllTitle { get; init; }
    public required string AllLead { get; init; }
    public required string AllButton { get; init; }
    public required string AllDoneTitle { get; init; }
    public required string AllDoneLead { get; init; }

    /// <summary>Of a link: where "everything" ends, and how it ends elsewhere.</summary>
    public required string Scope { get; init; }
    public required string UnknownTitle { get; init; }
    public required string UnknownLead { get; init; }
    public required IReadOnlyList<string> UnknownHelp { get; init; }

    /// <summary>Also the subject of the confirmation mail.</summary>
    public required string ConfirmTitle { get; init; }
    public required string ConfirmLead { get; init; }
    public required string ConfirmStarts { get; init; }
    public required string ConfirmButton { get; init; }

    /// <summary>Also in the mail.</summary>
    public required string ConfirmNothing { get; init; }
    public required string ConfirmAgain { get; init; }
    public required string ConfirmedTitle { get; init; }
    public required string ConfirmedLead { get; init; }

    /// <summary>Before a link with <see cref="Button"/>.</summary>
    public required string ConfirmedStop { get; init; }
    public required string OvertakenTitle { get; init; }
    public required string OvertakenLead { get; init; }
    public required string ExpiredTitle { get; init; }
    public required string ExpiredLead { get; init; }

    /// <summary>In the mail: <c>{sender}</c> stands for the controller.</summary>
    public required string MailAsked { get; init; }
    public required string MailOpen { get; init; }
    public required string Questions { get; init; }
    public required string Languages { get; init; }
    public required PreferenceWords Preferences { get; init; }
    public required SubscribeFormWords SubscribeForm { get; init; }

    /// <summary>Stands behind the name of a topic.</summary>
    public string By(Channel channel) => channel switch
    {
        Channel.Sms => BySms,
        Channel.Phone => ByPhone,
        Channel.Post => ByPost,
        _ => ByEmail,
    };

    /// <summary>A sentence about a topic; null for one that the declaration no longer has.</summary>
    public string About(string sentence, string? topic) => sentence.Replace(
        "{topic}", topic is null ? SomeTopic : Quoted.Replace("{topic}", topic, StringComparison.Ordinal), StringComparison.Ordinal);

    private static PageWords Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        return JsonSerializer.Deserialize<PageWords>(stream, Strict)!;
    }
}
