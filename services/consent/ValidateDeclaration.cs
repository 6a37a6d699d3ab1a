using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// Tells whether a document is a declaration. All faults are told at once, the semantic ones also where the form is wrong
/// elsewhere, so that an author corrects a file in one go. It judges what the controller states, not whether that is true.
/// </summary>
public static class ValidateDeclaration
{
    /// <summary>More faults than this are counted, not told: an answer stays in proportion to its question.</summary>
    private const int MostFaults = 1000;

    private static readonly Func<JsonObject, IEnumerable<DeclarationFault>>[] _meaning =
        [DeclarationReferences.Faults, DeclarationLawfulness.Faults, DeclarationMailStreams.Faults];

    /// <returns>The declaration and no fault, or null and at least one fault.</returns>
    public static (Declaration? Declaration, IReadOnlyList<DeclarationFault> Faults) Of(JsonNode? document)
    {
        var form = DeclarationMembers.Of(Languages(document))(document, "");
        var meaning = document is JsonObject members ? _meaning.SelectMany(check => check(members)) : [];
        var faults = form.Concat(meaning).Distinct().ToList();
        return faults.Count > 0
            ? (null, Bounded(faults))
            : (WithNumbers(document!.DeepClone()).Deserialize<Declaration>(ContractJson.Options), []);
    }

    /// <summary>The only numbers of a declaration, which YAML gives as texts.</summary>
    private static JsonNode WithNumbers(JsonNode document)
    {
        if (document["children"]?["ages"] is not JsonObject ages) return document;
        foreach (var (country, age) in ages.ToList()) ages[country] = int.Parse(age!.ToString(), System.Globalization.CultureInfo.InvariantCulture);
        return document;
    }

    private static string[] Languages(JsonNode? document) =>
        [.. ((document as JsonObject)?["languages"] as JsonArray ?? []).Select(Shapes.AsText).OfType<string>().Distinct()];

    private static List<DeclarationFault> Bounded(List<DeclarationFault> faults) => faults.Count <= MostFaults
        ? faults
        : [.. faults.Take(MostFaults), new DeclarationFault("", $"Correct these first; {faults.Count - MostFaults} more were found.")];
}
