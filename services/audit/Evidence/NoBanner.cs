using Consent.Contracts;

namespace Consent.Audit.Evidence;

/// <summary>Why there is no banner to be shown of a receipt: it was not there, or is not named. Pure.</summary>
internal static class NoBanner
{
    private static readonly Dictionary<string, string> Sentences = new(StringComparer.Ordinal)
    {
        ["imported"] = "The decision was taken over from another system: what stood before the person there is not known here.",
        ["marketing"] = "The decision was taken at marketing: on a page, by a link in a mail, or by a system of the controller.",
        ["placeholder"] = "The choice was made in the place of content that was held back, and not on the banner.",
        ["own-interface"] = "The choice was made in an interface of the site's or the app's own.",
        ["no-interface"] = "The decision was sent in without an interface, as a signal of the browser or a system of the controller sends it.",
        ["no-declaration"] = "The receipt names no declaration, of which the banner would be.",
    };

    /// <summary>Each reason that there can be.</summary>
    public static IReadOnlyCollection<string> Reasons => Sentences.Keys;

    /// <summary>Null where the choice was made on a layer of the banner.</summary>
    public static string? Why(Receipt receipt) => receipt switch
    {
        { Imported: not null } => "imported",
        { Source: "marketing-unsubscribe", CausedBy: not null } => "marketing",
        { Collection: not { Layout: not null } } => "no-interface",
        { Collection.Layout: "placeholder" } => "placeholder",
        { Collection.Layout: not ("banner" or "settings") } => "own-interface",
        { Declaration: null } => "no-declaration",
        _ => null,
    };

    public static string Sentence(string why) => Sentences[why];
}
