using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService;

/// <summary>
/// A receipt as JSON-LD of the W3C DPV profile of ISO/IEC TS 27560: a <c>dpv:ConsentReceipt</c> with its one
/// <c>dpv:ConsentRecord</c>, one <c>dpv:Process</c> for each purpose. Every status bears the time at which it came about, so that
/// each stays true whenever it is read.
/// </summary>
internal static class ReceiptAsLinkedData
{
    public static JsonObject Of(ReceiptEvidence evidence)
    {
        var receipt = evidence.Receipt;
        return Node(
            ("@context", DpvTerms.Context()),
            ("@id", $"{evidence.Address}/document"),
            ("@type", "dpv:ConsentReceipt"),
            ("dct:identifier", receipt.Id),
            ("dct:conformsTo", DpvTerms.ReceiptSchema),
            ("dct:created", Time(evidence.At)),
            ("dpv:hasRecordOfActivity", Record(evidence)));
    }

    private static JsonObject Record(ReceiptEvidence evidence)
    {
        var (receipt, spoken) = (evidence.Receipt, evidence.Spoken?.Declaration);
        return Node(
            ("@id", evidence.Address),
            ("@type", "dpv:ConsentRecord"),
            ("dct:identifier", receipt.Id),
            ("dct:conformsTo", DpvTerms.RecordSchema),
            ("dct:issued", Time(receipt.RecordedAt)),
            ("dct:replaces", evidence.PreviousAddress),
            ("consent:claimedAt", Time(receipt.ClaimedAt)),
            ("consent:epoch", receipt.Epoch),
            ("consent:version", receipt.Version),
            ("consent:changed", List(receipt.Changed.Select(id => (JsonNode)id))),
            ("consent:dropped", List(receipt.Dropped.Select(d => Node(("dct:identifier", d.Purpose), ("consent:reason", d.Reason))))),
            ("dpv:hasDataSubject", Node(("@type", "dpv:DataSubject"), ("dct:identifier", receipt.SubjectId))),
            ("dpv:hasDataController", Controller(receipt.Controller, spoken?.Controller)),
            ("dpv:hasJurisdiction", spoken is null ? null : $"loc:{spoken.Controller.Country}"),
            ("dpv:hasNotice", Notice(evidence)),
            ("consent:collection", Collected(receipt)),
            ("consent:actedBy", receipt.ActedBy is { } by ? Node(("consent:client", by.Client), ("consent:person", by.Person), ("consent:capacity", by.Capacity)) : null),
            ("consent:parentalAuthorisation", receipt.ParentalAuthorisation is { } parent
                ? Node(("consent:method", parent.Method), ("consent:reference", parent.Reference), ("consent:authorisedAt", Time(parent.AuthorisedAt))) : null),
            ("consent:imported", receipt.Imported is { } from
                ? Node(("consent:system", from.System), ("consent:reference", from.Reference), ("consent:evidence", from.Evidence)) : null),
            ("dpv:hasConsentControl", spoken is null ? null : Node(("@type", "dpv:WithdrawConsent"), ("dpv:isExercisedAt", spoken.Controller.Website))),
            ("dpv:hasRight", spoken is null ? null : List(spoken.Rights.Requests.Select(r => Node(
                ("@type", "dpv:DataSubjectRight"), ("dct:identifier", Word(r.ToString())), ("dpv:isExercisedAt", $"mailto:{spoken.Rights.Email}"))))),
            ("dpv:hasProcess", List(evidence.Purposes.Select(p => Process(p, evidence)))));
    }

    private static JsonObject Process(DecidedPurpose decided, ReceiptEvidence evidence)
    {
        var (language, decision) = (evidence.Language, decided.Decision);
        var (property, status) = DpvTerms.StatusOf(decision.Status, decided.Basis);
        var events = new List<JsonNode> { Happened(status, decided, evidence.Receipt) };
        if (decided.HasExpired) events.Add(Node(("@type", DpvTerms.ExpiredOf(decision.Status)), ("dpv:isIndicatedAtTime", Time(decided.Ends))));
        var process = Node(
            ("@type", "dpv:Process"),
            ("dct:identifier", decided.Id),
            ("dpv:hasPurpose", Node(
                ("@type", "dpv:Purpose"), ("dct:identifier", decided.Id), ("dct:title", Text(decided.Name, language)), ("dct:description", Text(decided.Description, language)),
                ("dct:isPartOf", decided.Topic?.Purpose))),
            ("dpv:hasLegalBasis", DpvTerms.BasisOf(decided.Basis)),
            ("dpv:hasPersonalData", List(decided.Data.Select(c => Node(
                ("@type", c.Special ? "dpv:SpecialCategoryPersonalData" : "dpv:PersonalData"), ("dct:identifier", c.Id), ("dct:title", Text(c.Name, language)))))),
            ("dpv:hasStorageCondition", decided.Purpose?.Retention is { } kept
                ? Node(("@type", "dpv:StorageDuration"), ("dpv:hasDuration", kept.Term?.ToString()), ("consent:trigger", kept.Trigger), ("dct:description", Text(kept.Description, language)))
                : null),
            (property, List(events)));
        foreach (var recipients in decided.Recipients.GroupBy(v => DpvTerms.RecipientOf(v.Role).Property, StringComparer.Ordinal))
            process[recipients.Key] = List(recipients.Select(v => Node(
                ("@type", DpvTerms.RecipientOf(v.Role).Class), ("dct:identifier", v.Id), ("dpv:hasName", v.Name), ("dpv:hasJurisdiction", $"loc:{v.Country}"), ("consent:safeguard", v.Safeguard))));
        return process;
    }

    /// <summary>The decision itself. How and by whom it was expressed is told only by the receipt in which it was taken.</summary>
    private static JsonObject Happened(string status, DecidedPurpose decided, Receipt receipt) => Node(
        ("@type", status),
        ("dpv:isIndicatedAtTime", Time(decided.Expressed)),
        ("consent:recordedAt", Time(decided.Decision.DecidedAt)),
        ("dpv:isIndicatedBy", decided.Changed ? DpvTerms.IndicatedBy(receipt.ActedBy) : null),
        ("dpv:hasIndicationMethod", decided.Changed && !decided.MayBeOfSignal(receipt) ? receipt.Collection?.Element ?? receipt.Action : null),
        ("dpv:hasDuration", decided.Ends is { } end
            ? Node(("@type", "dpv:UntilTimeDuration"), ("rdf:value", Node(("@type", "xsd:dateTime"), ("@value", Time(end))))) : null),
        ("consent:decidedIn", decided.Decision.DecidedIn),
        ("consent:declaration", decided.Decision.Declaration),
        ("consent:meaning", decided.Decision.Meaning));

    private static JsonObject Controller(string id, Controller? told) => Node(
        ("@type", "dpv:DataController"),
        ("dct:identifier", id),
        ("dpv:hasName", told?.Name),
        ("schema:url", told?.Website),
        ("schema:contactPoint", told is null ? null : Node(("@type", "schema:ContactPoint"), ("schema:email", told.Email), ("schema:telephone", told.Phone))),
        ("schema:address", told is null ? null : Node(
            ("@type", "schema:PostalAddress"), ("schema:streetAddress", told.Address), ("schema:postalCode", told.Postcode), ("schema:addressLocality", told.City),
            ("schema:addressCountry", told.Country))));

    private static JsonObject? Notice(ReceiptEvidence evidence) => evidence.Receipt.Declaration is not { } hash ? null : Node(
        ("@id", evidence.DeclarationAddress(hash)),
        ("@type", "dpv:ConsentNotice"),
        ("dct:language", evidence.Receipt.Language),
        ("dct:hasVersion", evidence.Receipt.DeclarationVersion),
        ("consent:sha256", hash),
        ("consent:text", evidence.TextAddress(hash)));

    private static JsonObject? Collected(Receipt receipt)
    {
        var how = Node(
            ("consent:source", receipt.Source), ("consent:action", receipt.Action), ("consent:build", receipt.Collection?.Build), ("consent:layout", receipt.Collection?.Layout),
            ("consent:element", receipt.Collection?.Element), ("consent:gpc", receipt.Gpc));
        return how.Count == 0 ? null : how;
    }

    private static JsonObject Node(params ReadOnlySpan<(string Name, JsonNode? Value)> members)
    {
        var node = new JsonObject();
        foreach (var (name, value) in members)
            if (value is not null) node[name] = value;
        return node;
    }

    private static JsonArray? List(IEnumerable<JsonNode> items) => items.ToArray() is { Length: > 0 } some ? new JsonArray([.. some]) : null;

    private static JsonObject? Text(Texts? texts, string language) => texts is null ? null : new JsonObject { ["@value"] = texts.In(language), ["@language"] = language };

    private static JsonNode? Time(DateTimeOffset? at) => at is null ? null : JsonSerializer.SerializeToNode(at, ContractJson.Options);

    private static string Word(string name) => JsonNamingPolicy.KebabCaseLower.ConvertName(name);
}
