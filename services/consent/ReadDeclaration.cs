using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.ConsentService;

/// <summary>
/// Reads a declaration's text, YAML or JSON, into a tree of strings, booleans, lists and maps; whether it is a declaration is
/// <see cref="ValidateDeclaration"/>'s to say. The caller bounds the size; nesting is bounded here.
/// </summary>
public static class ReadDeclaration
{
    /// <summary>Deeper than any member of a declaration lies.</summary>
    internal const int DeepestNesting = 16;

    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="contentType">Decides when it names JSON or YAML; else a text that starts with a brace is taken for JSON.</param>
    /// <returns>The tree, or the one fault at which reading stopped, with its line.</returns>
    public static (JsonNode? Node, DeclarationFault? Fault) Of(ReadOnlySpan<byte> utf8, string? contentType = null)
    {
        string text;
        try
        {
            text = _strictUtf8.GetString(utf8).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            return (null, new DeclarationFault("", "Save the text as UTF-8; it holds bytes that are none."));
        }
        return IsJson(text, contentType) ? OfJson(text) : ReadDeclarationYaml.Of(text);
    }

    private static bool IsJson(string text, string? contentType)
    {
        if (contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true) return true;
        if (contentType?.Contains("yaml", StringComparison.OrdinalIgnoreCase) == true) return false;
        return text.AsSpan().TrimStart().StartsWith("{");
    }

    private static (JsonNode?, DeclarationFault?) OfJson(string text)
    {
        try
        {
            var node = JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = DeepestNesting, AllowDuplicateProperties = false });
            ReadAll(node);
            return (node, null);
        }
        catch (InvalidOperationException)
        {
            return (null, new DeclarationFault("", "Write whole characters; a \\u escape holds half of a pair."));
        }
        catch (JsonException e)
        {
            var duplicate = e.Message.Contains("Duplicate", StringComparison.Ordinal);
            var reason = duplicate
                ? "Name each member once in its object; one name stands twice."
                : $"Send well-formed JSON, nested at most {DeepestNesting} deep; reading stopped here.";
            return (null, new DeclarationFault("", reason, e.LineNumber is { } line ? (int)line + 1 : null));
        }
    }

    /// <summary>A parsed string may still not be one: half of a surrogate pair throws only when it is read.</summary>
    private static void ReadAll(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members) ReadAll(value);
                break;
            case JsonArray items:
                foreach (var item in items) ReadAll(item);
                break;
            case JsonValue value when value.GetValueKind() is JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }
}
