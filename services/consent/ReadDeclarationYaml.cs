using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Consent.ConsentService;

/// <summary>
/// The part of YAML 1.2 that a declaration needs: one document of maps, lists and scalars. A plain <c>true</c>, <c>false</c> or
/// <c>null</c> is what the core schema says; every other scalar is text, so that dates, telephone numbers, register numbers and
/// the country code <c>NO</c> stay as written. Anchors, aliases, tags and repeated keys are refused: they hide what a file says.
/// </summary>
internal static class ReadDeclarationYaml
{
    public static (JsonNode? Node, DeclarationFault? Fault) Of(string text)
    {
        try
        {
            return (Document(new Parser(new StringReader(text))), null);
        }
        catch (YamlException e)
        {
            // The library counts a line after the last one when the text ends too early.
            var line = Math.Min((int)e.Start.Line, 1 + text.AsSpan().TrimEnd('\n').Count('\n'));
            return (null, new DeclarationFault("", $"Correct the YAML: {e.Message}", line));
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidOperationException or IndexOutOfRangeException)
        {
            // The library throws these on some malformed escapes and anchors.
            return (null, new DeclarationFault("", "Correct the YAML: an escape or name in it is malformed."));
        }
    }

    private static JsonNode? Document(Parser events)
    {
        events.Consume<StreamStart>();
        if (events.Accept<StreamEnd>(out var end)) throw Refusal(end, "the text is empty; write a declaration.");
        events.Consume<DocumentStart>();
        var node = Node(events, 1);
        events.Consume<DocumentEnd>();
        if (!events.TryConsume<StreamEnd>(out _)) throw Refusal(events.Current!, "a second document begins here; send one.");
        return node;
    }

    private static JsonNode? Node(Parser events, int depth)
    {
        var next = events.Current ?? throw new YamlException("the text ends too early.");
        if (depth > ReadDeclaration.DeepestNesting) throw Refusal(next, $"it is nested deeper than {ReadDeclaration.DeepestNesting} levels; flatten it.");
        if (next is AnchorAlias) throw Refusal(next, "aliases (*name) are not read; write the value out.");
        if (next is NodeEvent { Anchor.IsEmpty: false }) throw Refusal(next, "anchors (&name) are not read; write the value out.");
        if (next is NodeEvent { Tag.IsEmpty: false }) throw Refusal(next, "tags (!name) are not read; remove it.");
        return next switch
        {
            MappingStart => Members(events, depth),
            SequenceStart => Items(events, depth),
            _ => Value(events.Consume<Scalar>()),
        };
    }

    private static JsonObject Members(Parser events, int depth)
    {
        events.Consume<MappingStart>();
        var members = new JsonObject();
        while (!events.TryConsume<MappingEnd>(out _))
        {
            if (events.Current is not Scalar) throw Refusal(events.Current!, "a key must be plain text.");
            var at = events.Current;
            var key = Node(events, depth + 1) is JsonValue name && name.TryGetValue<string>(out var text)
                ? text
                : throw Refusal(at, "a key must be plain text; put true, false and null in quotes.");
            if (members.ContainsKey(key)) throw Refusal(at, "this key stands twice in its map; keep one.");
            members.Add(key, Node(events, depth + 1));
        }
        return members;
    }

    private static JsonArray Items(Parser events, int depth)
    {
        events.Consume<SequenceStart>();
        var items = new JsonArray();
        while (!events.TryConsume<SequenceEnd>(out _)) items.Add(Node(events, depth + 1));
        return items;
    }

    private static JsonValue? Value(Scalar scalar) => scalar switch
    {
        { Style: not ScalarStyle.Plain } => JsonValue.Create(scalar.Value),
        { Value: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        { Value: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        { Value: "" or "~" or "null" or "Null" or "NULL" } => null,
        _ => JsonValue.Create(scalar.Value),
    };

    private static YamlException Refusal(ParsingEvent at, string reason) => new(at.Start, at.End, reason);
}
