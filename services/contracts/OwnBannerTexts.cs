using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Consent.Contracts;

/// <summary>
/// The banner's texts that a site says in words of its own, in one language, by their names; each other text stays the banner's
/// (<c>services/cookie-banner/script/texts</c>). The text of a legal basis is named <c>basis.contract</c> and the like; in JSON it stands
/// under <c>basis</c>.
/// </summary>
[JsonConverter(typeof(OwnBannerTextsJson))]
public sealed class OwnBannerTexts : Dictionary<string, string>
{
    /// <summary>In characters, of each.</summary>
    public const int Longest = 500;

    private static readonly string[] None = [];

    /// <summary>
    /// Every name, with the placeholders that its text must have, at least once each; it may have no others. So no site leaves the controller
    /// out of the question, the button that reopens the banner out of how to withdraw (GDPR art. 7(3)), or the recipients out of a consent.
    /// </summary>
    public static IReadOnlyDictionary<string, string[]> Known { get; } = new Dictionary<string, string[]>
    {
        ["title"] = None,
        ["intro"] = ["controller"],
        ["again"] = ["controller"],
        ["withdraw"] = ["reopen"],
        ["refuse"] = None,
        ["accept"] = None,
        ["settings"] = None,
        ["reopen"] = None,
        ["save"] = None,
        ["close"] = None,
        ["on"] = None,
        ["off"] = None,
        ["gpc"] = None,
        ["always"] = None,
        ["basis.contract"] = None,
        ["basis.legal-obligation"] = None,
        ["basis.legitimate-interest"] = None,
        ["basis.vital-interest"] = None,
        ["basis.public-task"] = None,
        ["vendors"] = None,
        ["ourselves"] = ["controller"],
        ["cookies"] = None,
        ["session"] = None,
        ["unlimited"] = None,
        ["failed"] = None,
        ["held"] = ["vendor"],
        ["heldHere"] = ["purpose"],
        ["once"] = None,
        ["allow"] = ["purpose"],
        ["allowFor"] = ["purpose", "vendors"],
        ["statement"] = None,
    };
}

/// <summary>Writes <c>basis.contract</c> as the member <c>contract</c> of <c>basis</c>, and reads it so.</summary>
internal sealed class OwnBannerTextsJson : JsonConverter<OwnBannerTexts>
{
    public override OwnBannerTexts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var texts = new OwnBannerTexts();
        foreach (var (name, node) in JsonNode.Parse(ref reader)!.AsObject())
        {
            if (node is JsonObject group) foreach (var (member, text) in group) texts[$"{name}.{member}"] = text!.GetValue<string>();
            else texts[name] = node!.GetValue<string>();
        }

        return texts;
    }

    public override void Write(Utf8JsonWriter writer, OwnBannerTexts value, JsonSerializerOptions options)
    {
        var tree = new JsonObject();
        foreach (var (name, text) in value)
        {
            if (name.Split('.') is not [var group, var member]) tree[name] = text;
            else if (tree[group] is JsonObject members) members[member] = text;
            else tree[group] = new JsonObject { [member] = text };
        }

        tree.WriteTo(writer, options);
    }
}
