using System.Text.Json.Nodes;

namespace Consent.ConsentService;

/// <summary>
/// What a sending stream is declared to be must hold: the mail gate lets through whatever a transactional stream sends, so it needs a purpose for which
/// nobody is asked; and marketing a topic of which one can opt out.
/// </summary>
internal static class DeclarationMailStreams
{
    public static IEnumerable<DeclarationFault> Faults(JsonObject declaration) => declaration.Maps("mailStreams").SelectMany(at => at.Item.Text("class") switch
    {
        "marketing" => OfMarketing(declaration, at.Item, at.Path),
        "transactional" => OfTransactional(declaration, at.Item, at.Path),
        // The form tells of any other class.
        _ => [],
    });

    /// <summary>Dutch Telecommunications Act (Tw) art. 11.7, GDPR art. 21(3).</summary>
    private static IEnumerable<DeclarationFault> OfMarketing(JsonObject declaration, JsonObject stream, string path)
    {
        if (stream.ContainsKey("purpose")) yield return new DeclarationFault($"{path}/purpose", "Leave the purpose out; the topic of a marketing stream tells it.");
        if (!stream.ContainsKey("topic")) yield return new DeclarationFault($"{path}/topic", "Name the topic that this stream sends; marketing needs one to opt out of.");
        var topic = declaration.Maps("topics").FirstOrDefault(at => at.Item.Text("id") is { } id && id == stream.Text("topic")).Item;
        var channels = topic?.Words("channels").Select(word => word.Text).ToList() ?? [];
        if (channels.Count > 0 && !channels.Contains("email"))
            yield return new DeclarationFault($"{path}/topic", "Name a topic that is sent by e-mail, or add email to the channels of this one.");
    }

    /// <summary>GDPR art. 6(1)(b) and (c): whatever else is sent may be objected to or withdrawn from, and is marketing to the gate.</summary>
    private static IEnumerable<DeclarationFault> OfTransactional(JsonObject declaration, JsonObject stream, string path)
    {
        if (stream.ContainsKey("topic")) yield return new DeclarationFault($"{path}/topic", "Leave the topic out; what is about a topic is marketing.");
        if (!stream.ContainsKey("purpose")) yield return new DeclarationFault($"{path}/purpose", "Name the purpose for which this stream sends; it always passes, so somebody must be able to see why.");
        var purpose = declaration.Maps("purposes").FirstOrDefault(at => at.Item.Text("id") is { } id && id == stream.Text("purpose")).Item;
        if (purpose?.Text("legalBasis") is "consent" or "legitimate-interest" or "vital-interest" or "public-task")
            yield return new DeclarationFault($"{path}/purpose", "Name a purpose that rests on contract or legal obligation, or make the stream marketing.");
    }
}
