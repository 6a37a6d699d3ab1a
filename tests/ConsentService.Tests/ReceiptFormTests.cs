using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;
using FsCheck.Fluent;

namespace Consent.ConsentService.Tests;

/// <summary>What the two forms of a receipt's document say, as pure functions of receipt, declarations and time.</summary>
public sealed class ReceiptFormTests
{
    private static readonly PublishedDeclaration _published = TestSite.Published(TestSite.Declaration(
        TestSite.Purpose("ads", LegalBasis.Consent) with { Advertising = true }, TestSite.Purpose("care", LegalBasis.PublicTask)));

    private static readonly DeclarationHistory _history = DeclarationHistory.Empty.With(_published);

    [Fact]
    public void WhatIsNotKnown_IsLeftOut_AndNotInvented()
    {
        var receipt = Receipt(("statistics", Given() with { Declaration = "elsewhere", DecidedAt = TestSite.Noon.AddYears(-1) })) with
        {
            Declaration = null,
            DeclarationVersion = null,
            Language = null,
            RecordedAt = TestSite.Noon.AddYears(-1),
        };

        var (json, linked) = Forms(receipt);

        foreach (var member in (string[])["privacy_notice", "jurisdiction", "withdrawal_method", "privacy_rights", "authority_party", "acted_by", "predecessor"])
            Assert.False(json.ContainsKey(member), member);
        Assert.Empty(json["parties"]!.AsArray());
        Assert.Equal(["test-house"], json["pii_controllers"]!.AsArray().Select(c => (string)c!));
        Assert.False(json["purposes"]![0]!.AsObject().ContainsKey("lawful_basis"));
        foreach (var member in (string[])["dpv:hasNotice", "dpv:hasJurisdiction", "dct:replaces"]) Assert.False(RecordOf(linked).ContainsKey(member), member);
        Assert.False(ProcessOf(linked, "statistics").ContainsKey("dpv:hasLegalBasis"));
    }

    [Fact]
    public void NoWithoutADeclaration_TakesItsBasisFromWhatWasInForce()
    {
        var receipt = Receipt(("showcase", new PurposeDecision(Decision.Objected, TestSite.Noon, 1, null, null, null))) with { Declaration = null, DeclarationVersion = null };

        var (json, linked) = Forms(receipt);

        Assert.Equal("legitimate-interest", (string?)json["purposes"]![0]!["lawful_basis"]);
        Assert.Equal("test-house B.V.", (string?)json["parties"]![0]!["party_name"]);
        Assert.Equal("dpv:LegitimateInterestObjected", (string?)ProcessOf(linked, "showcase")["dpv:hasStatus"]![0]!["@type"]);
    }

    [Fact]
    public void WhoActed_IsNamedWithHisCapacity_AndExpressedOnlyWhatThisReceiptDecided()
    {
        var receipt = Receipt(("statistics", Given() with { DecidedIn = 2 }), ("media", Given())) with
        {
            Version = 2,
            Changed = ["statistics"],
            ActedBy = new Actor("school-app", "p-12", "parent"),
            ParentalAuthorisation = new ParentalAuthorisation("signed-form", "dossier-7", TestSite.Noon.AddDays(-1)),
            Collection = new Collection("2.1.0", "dialog", "save"),
            Previous = "00000000000000000000000000000001",
            ClaimedAt = TestSite.Noon.AddMinutes(-1),
            Dropped = [new DroppedDecision("ads", "newer-no")],
        };

        var (json, linked) = Forms(receipt);

        Assert.Equal("parent", (string?)json["event"]!["entity_id"]);
        Assert.Equal("""{"client":"school-app","person":"p-12","capacity":"parent"}""", json["acted_by"]!.ToJsonString());
        Assert.Equal("""{"method":"signed-form","reference":"dossier-7","authorised_at":"2026-06-02T12:00:00.000Z"}""", json["parental_authorisation"]!.ToJsonString());
        Assert.Equal("""{"source":"banner","action":"save","banner_build":"2.1.0","layout":"dialog","element":"save"}""", json["collection_method"]!.ToJsonString());
        Assert.Equal("""[{"purpose":"ads","reason":"newer-no"}]""", json["event"]!["dropped"]!.ToJsonString());
        Assert.Equal("dpv:ParentOfDataSubject", (string?)StatusOf(linked, "statistics")["dpv:isIndicatedBy"]!["@type"]);
        Assert.False(StatusOf(linked, "media").ContainsKey("dpv:isIndicatedBy"));
        Assert.Equal("https://consent.example/v1/sites/test-site/receipts/00000000000000000000000000000001", (string?)RecordOf(linked)["dct:replaces"]);
    }

    [Fact]
    public void Imported_WithoutProof_IsUnknownInTheVocabulary_AndUnprovenInOurWords()
    {
        var receipt = Receipt(("statistics", Given() with { Status = Decision.Unproven, TakenAt = TestSite.Noon.AddDays(-30) })) with { Imported = new Imported("cookiebot", "17", null) };

        var (json, linked) = Forms(receipt);

        Assert.Equal("unproven", (string?)json["purposes"]![0]!["status"]);
        var said = json["purposes"]![0]!["events"]![0]!;
        Assert.Equal(("2026-05-04T12:00:00.000Z", "2026-06-03T12:00:00.000Z"), ((string?)said["event_time"], (string?)said["recorded_time"]));
        Assert.Equal("2026-05-04T12:00:00.000Z", (string?)StatusOf(linked, "statistics")["dpv:isIndicatedAtTime"]);
        Assert.Equal("dpv:ConsentUnknown", (string?)StatusOf(linked, "statistics")["@type"]);
        Assert.Equal("""{"consent:system":"cookiebot","consent:reference":"17"}""", RecordOf(linked)["consent:imported"]!.ToJsonString());
    }

    [Fact]
    public void NoToAdvertising_UnderTheSignal_IsNotAscribedToAButton()
    {
        var receipt = Receipt(("ads", Given() with { Status = Decision.Refused }), ("media", Given() with { Status = Decision.Refused })) with { Gpc = true };

        var (json, linked) = Forms(receipt);

        Assert.True((bool)json["collection_method"]!["gpc"]!);
        Assert.False(StatusOf(linked, "ads").ContainsKey("dpv:hasIndicationMethod"));
        Assert.Equal("save", (string?)StatusOf(linked, "media")["dpv:hasIndicationMethod"]);
    }

    [Fact]
    public void AnyReceipt_HasACanonicalForm_SaysExpiredExactlyWhenItsTermIsOver_AndNeverSaysGivenOfANo()
    {
        string[] ids = [.. _published.Declaration.Purposes.Select(p => p.Id), .. _published.Declaration.Topics.Select(t => t.Id), "of-old"];
        var cases =
            from id in Gen.Elements(ids)
            from status in Gen.Elements(Enum.GetValues<Decision>())
            from term in Gen.Elements(0, 1, 180)
            from days in Gen.Choose(0, 400)
            from known in Gen.Elements(true, false)
            select (Id: id, Status: status, Ends: term == 0 ? (DateTimeOffset?)null : TestSite.Noon.AddDays(term), At: TestSite.Noon.AddDays(days), Known: known);
        Seeded.Check(
            Prop.ForAll(cases.ToArbitrary(), c =>
            {
                var receipt = Receipt((c.Id, new PurposeDecision(c.Status, TestSite.Noon, 1, c.Ends, c.Known ? _published.Hash : null, null)));
                var (json, linked) = Forms(receipt, c.At);
                CanonicalJson.Write(json);
                CanonicalJson.Write(linked);
                var said = (string)json["purposes"]![0]!["status"]!;
                var process = ProcessOf(linked, c.Id);
                var classes = ((process["dpv:hasConsentStatus"] ?? process["dpv:hasStatus"])!).AsArray().Select(s => (string)s!["@type"]!).ToList();
                var over = c.Ends <= c.At && c.Status != Decision.Objected && (_published.Declaration.PurposeBehind(c.Id)?.LegalBasis ?? LegalBasis.Consent) == LegalBasis.Consent;
                return said == "expired" == over
                    && classes.Count == (over ? 2 : 1)
                    && classes.Contains("dpv:ConsentGiven") == (c.Status == Decision.Given && Basis(c.Id) == LegalBasis.Consent)
                    && (said == "given") == (c.Status == Decision.Given && !over);
            }),
            500);

        static LegalBasis Basis(string id) => _published.Declaration.PurposeBehind(id)?.LegalBasis ?? LegalBasis.Consent;
    }

    [Fact]
    public void WhatAnUndoPutBack_WasExpressedWhenItWas_AndNotByTheUndo()
    {
        var receipt = Receipt(("news", Given())) with
        {
            Version = 3,
            Changed = ["news"],
            Action = "undo",
            Declaration = null,
            DeclarationVersion = null,
            RecordedAt = TestSite.Noon.AddDays(9),
            ClaimedAt = TestSite.Noon.AddDays(9),
        };

        var (json, linked) = Forms(receipt);

        Assert.Equal((false, 1), ((bool)json["purposes"]![0]!["changed"]!, (int)json["purposes"]![0]!["events"]![0]!["decided_in"]!));
        Assert.False(StatusOf(linked, "news").ContainsKey("dpv:hasIndicationMethod"));
        Assert.False(StatusOf(linked, "news").ContainsKey("dpv:isIndicatedBy"));
    }

    private static (JsonObject Json, JsonObject Linked) Forms(Receipt receipt, DateTimeOffset? at = null)
    {
        var evidence = new ReceiptEvidence(receipt, _history, "https://consent.example", at ?? TestSite.Noon.AddMinutes(1));
        return (ReceiptAsJson.Of(evidence), ReceiptAsLinkedData.Of(evidence));
    }

    private static JsonObject RecordOf(JsonObject linked) => linked["dpv:hasRecordOfActivity"]!.AsObject();

    private static JsonObject ProcessOf(JsonObject linked, string id) =>
        RecordOf(linked)["dpv:hasProcess"]!.AsArray().Single(p => (string?)p!["dct:identifier"] == id)!.AsObject();

    private static JsonObject StatusOf(JsonObject linked, string id) => ProcessOf(linked, id)["dpv:hasConsentStatus"]![0]!.AsObject();

    private static PurposeDecision Given() => new(Decision.Given, TestSite.Noon, 1, TestSite.Noon.AddDays(180), _published.Hash, null);

    private static Receipt Receipt(params (string Id, PurposeDecision Decision)[] purposes) => new()
    {
        Id = "0123456789abcdef0123456789abcdee",
        Site = "test-site",
        Controller = "test-house",
        SubjectId = TestSite.Visitor,
        Epoch = 1,
        Version = 1,
        Purposes = purposes.ToDictionary(p => p.Id, p => p.Decision),
        Changed = [.. purposes.Select(p => p.Id)],
        Declaration = _published.Hash,
        DeclarationVersion = 1,
        Language = "nl",
        Action = "save",
        Source = "banner",
        RecordedAt = TestSite.Noon,
    };
}
