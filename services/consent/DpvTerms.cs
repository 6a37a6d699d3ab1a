using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// Our words in those of the W3C Data Privacy Vocabulary 2.3 and its guide to ISO/IEC TS 27560
/// (https://w3id.org/dpv/guides/consent-27560, sections 8 and 9). What DPV has no term for bears the prefix <c>consent:</c>.
/// </summary>
internal static class DpvTerms
{
    private const string Dpv = "https://w3id.org/dpv#";

    public const string ReceiptSchema = "https://w3id.org/dpv/schema/dpv-27560#receipt";
    public const string RecordSchema = "https://w3id.org/dpv/schema/dpv-27560#record";

    /// <summary>The whole context, so that no reader has to fetch one: which words are names of things, and which are times.</summary>
    public static JsonObject Context()
    {
        var context = new JsonObject
        {
            ["dpv"] = Dpv,
            ["loc"] = "https://w3id.org/dpv/loc#",
            ["dct"] = "http://purl.org/dc/terms/",
            ["schema"] = "https://schema.org/",
            ["rdf"] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
            ["xsd"] = "http://www.w3.org/2001/XMLSchema#",
            ["consent"] = "urn:consent:terms:",
            ["signature"] = "consent:signature",
        };
        foreach (var name in (string[])["dct:conformsTo", "dct:replaces", "dpv:hasLegalBasis", "dpv:isIndicatedBy", "dpv:hasJurisdiction", "dpv:isExercisedAt", "schema:url", "consent:text"])
            context[name] = new JsonObject { ["@type"] = "@id" };
        foreach (var time in (string[])["dct:created", "dct:issued", "dpv:isIndicatedAtTime", "consent:claimedAt", "consent:recordedAt", "consent:authorisedAt"])
            context[time] = new JsonObject { ["@type"] = "xsd:dateTime" };
        return context;
    }

    public static string? BasisOf(LegalBasis? basis) => basis switch
    {
        LegalBasis.Consent => "dpv:Consent",
        LegalBasis.Contract => "dpv:Contract",
        LegalBasis.LegalObligation => "dpv:LegalObligation",
        LegalBasis.LegitimateInterest => "dpv:LegitimateInterest",
        LegalBasis.VitalInterest => "dpv:VitalInterest",
        LegalBasis.PublicTask => "dpv:PublicInterest",
        _ => null,
    };

    /// <summary>By which property the status hangs on the process, and which class it has.</summary>
    public static (string Property, string Class) StatusOf(Decision decision, LegalBasis? basis) => (decision, basis) switch
    {
        (Decision.Given, null or LegalBasis.Consent) => ("dpv:hasConsentStatus", "dpv:ConsentGiven"),
        (Decision.Given, LegalBasis.LegitimateInterest) => ("dpv:hasStatus", "dpv:LegitimateInterestNotObjected"),
        (Decision.Given, _) => ("dpv:hasStatus", "consent:ObjectionLifted"),
        (Decision.Refused, _) => ("dpv:hasConsentStatus", "dpv:ConsentRefused"),
        (Decision.Withdrawn, _) => ("dpv:hasConsentStatus", "dpv:ConsentWithdrawn"),
        (Decision.Unproven, _) => ("dpv:hasConsentStatus", "dpv:ConsentUnknown"),
        (Decision.Objected, LegalBasis.LegitimateInterest) => ("dpv:hasStatus", "dpv:LegitimateInterestObjected"),
        (Decision.Objected, LegalBasis.PublicTask) => ("dpv:hasStatus", "dpv:PublicInterestObjected"),
        _ => ("dpv:hasStatus", "consent:Objected"),
    };

    /// <summary>What a choice becomes when its term has ended; DPV knows this of consent that was given, not of a refusal.</summary>
    public static string ExpiredOf(Decision decision) => decision is Decision.Refused or Decision.Withdrawn ? "consent:RefusalExpired" : "dpv:ConsentExpired";

    /// <summary>Who expressed the decision.</summary>
    public static JsonNode IndicatedBy(Actor? actor) => actor?.Capacity switch
    {
        "parent" => new JsonObject { ["@type"] = "dpv:ParentOfDataSubject" },
        "representative" => new JsonObject { ["@type"] = "dpv:Representative" },
        _ => "dpv:DataSubject",
    };

    public static (string Property, string Class) RecipientOf(VendorRole role) => role switch
    {
        VendorRole.Processor => ("dpv:hasDataProcessor", "dpv:DataProcessor"),
        VendorRole.JointController => ("dpv:hasRecipient", "dpv:JointDataControllers"),
        _ => ("dpv:hasRecipient", "dpv:ThirdParty"),
    };
}
