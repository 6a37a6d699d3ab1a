using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService.Tests;

public sealed class ValidateDeclarationTests
{
    public static TheoryData<string> InvalidExamples =>
        [.. Directory.EnumerateFiles(DeclarationFiles.Invalid, "*.yaml").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    [Fact]
    public void Smallest_AsItIs_IsADeclaration()
    {
        var (declaration, faults) = ValidateDeclaration.Of(DeclarationFiles.Smallest());
        Assert.Empty(faults);
        Assert.Equal("corner-shop", declaration!.Site);
        Assert.Equal(LegalBasis.LegalObligation, declaration.FindPurpose("necessary")!.LegalBasis);
        Assert.Equal("NO", declaration.Vendors[1].Country);
    }

    /// <summary>Exactly the faults that are there, each at its path: none is hidden, and none is made up.</summary>
    [Theory]
    [MemberData(nameof(InvalidExamples))]
    public void InvalidExample_IsRefused_AtThePathItNames(string name)
    {
        var example = DeclarationFiles.Tree(Path.Combine(DeclarationFiles.Invalid, name + ".yaml"));
        var document = DeclarationFiles.Smallest();
        DeclarationFiles.Change(document, (string)example["at"]!, example.ContainsKey("value"), example["value"]?.DeepClone());
        var expected = example["expect"] is JsonArray several ? several.Select(path => (string)path!) : [(string)example["expect"]!];

        var (declaration, faults) = ValidateDeclaration.Of(document);

        Assert.Null(declaration);
        Assert.Equal(expected.Order(StringComparer.Ordinal), faults.Select(fault => fault.Path).Order(StringComparer.Ordinal));
        Assert.All(faults, fault => Assert.Matches(@"^[A-Z].{8,}\.$", fault.Reason));
    }

    [Fact]
    public void Faults_OfFormAndMeaning_AreToldTogether()
    {
        var document = DeclarationFiles.Smallest();
        DeclarationFiles.Change(document, "/controller/email", true, "nobody");
        DeclarationFiles.Change(document, "/purposes/1/vendors/0", true, "nobody");
        DeclarationFiles.Change(document, "/rights/deadline", true, "P3M");
        DeclarationFiles.Change(document, "/cookies/0/surprise", true, true);

        var paths = ValidateDeclaration.Of(document).Faults.Select(fault => fault.Path);

        Assert.Equal(["/controller/email", "/cookies/0/surprise", "/cookies/1/vendor", "/purposes/1/vendors/0", "/rights/deadline"], paths.Order());
    }

    [Fact]
    public void LanguageAdded_WithoutItsTexts_IsAFaultAtEachText()
    {
        var document = DeclarationFiles.Smallest();
        document["languages"]!.AsArray().Add("de");
        var faults = ValidateDeclaration.Of(document).Faults;
        Assert.All(faults, fault => Assert.EndsWith("/de", fault.Path));
        Assert.Equal(25, faults.Count);
    }

    [Theory]
    [InlineData("P1M")]
    [InlineData("P31D")]
    [InlineData("P4W")]
    [InlineData("P1D")]
    public void Deadline_WithinAMonth_IsAccepted(string term) => AssertAccepted("/rights/deadline", term);

    [Theory]
    [InlineData("https://shop.example:8443")]
    [InlineData("http://localhost:8081")]
    [InlineData("http://shop.localhost")]
    [InlineData("http://127.0.0.1:8081")]
    [InlineData("http://[::1]:8081")]
    public void Origin_AsABrowserSendsIt_IsAccepted(string origin) => AssertAccepted("/origins/0", origin);

    [Theory]
    [InlineData("count.meter-1.example")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("*.cdn.count.example")]
    [InlineData("counter.localhost")]
    [InlineData("1.a")]
    public void Host_AsTheDnsHasIt_IsAccepted(string host) => AssertAccepted("/vendors/0/hosts/0", host);

    /// <summary>Hosts of one vendor may lie under one another, and a name beside its own * is another host.</summary>
    [Theory]
    [InlineData("partner.example", true)]
    [InlineData("*.partner.example", true)]
    [InlineData("ter.example", true)]
    [InlineData("example.meter.org", true)]
    [InlineData("meter.example", false)]
    [InlineData("a.meter.example", false)]
    [InlineData("*.a.b.meter.example", false)]
    [InlineData("*.meter.example", false)]
    public void Host_UnderOneVendorOnly_IsAccepted(string host, bool accepted)
    {
        var document = DeclarationFiles.Smallest();
        DeclarationFiles.Change(document, "/vendors/1/hosts", true, new JsonArray(host, "more.partner.example"));
        Assert.Equal(accepted ? [] : ["/vendors/1/hosts/0"], ValidateDeclaration.Of(document).Faults.Select(fault => fault.Path));
    }

    [Fact]
    public void Declaration_WithoutHosts_SaysNothingOfThem_SoThatItsHashIsAsItWas() =>
        Assert.DoesNotContain("\"hosts\"", JsonSerializer.Serialize(DeclarationFiles.Sample("weefgoed"), ContractJson.Options), StringComparison.Ordinal);

    [Fact]
    public void Declaration_WithoutMailStreams_SaysNothingOfThem_SoThatItsHashIsAsItWas() =>
        Assert.DoesNotContain("\"mailStreams\"", JsonSerializer.Serialize(DeclarationFiles.Sample("weefgoed"), ContractJson.Options), StringComparison.Ordinal);

    [Fact]
    public void Koppelhuis_DeclaresItsMailStreams()
    {
        var declaration = DeclarationFiles.Sample("koppelhuis");
        Assert.Equal((MailClass.Marketing, "offers"), (declaration.FindMailStream("offers-mail")!.Class, declaration.FindMailStream("offers-mail")!.Topic));
        Assert.Equal((MailClass.Transactional, "subscription"), (declaration.FindMailStream("invoices")!.Class, declaration.FindMailStream("invoices")!.Purpose));
        Assert.Null(declaration.FindMailStream("letters"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("7")]
    [InlineData("{}")]
    public void Document_ThatIsNone_IsRefused(string json) => Assert.NotEmpty(ValidateDeclaration.Of(JsonNode.Parse(json)).Faults);

    /// <summary>Whatever stands at whatever place, the answer is a list of faults and no exception.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("true")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[null, 1, [], {}]")]
    [InlineData("{\"x\": null}")]
    public void Anything_InAnyPlace_IsRefusedOrHarmless(string json)
    {
        foreach (var path in Places(DeclarationFiles.Smallest()))
        {
            var document = DeclarationFiles.Smallest();
            DeclarationFiles.Change(document, path, true, JsonNode.Parse(json));
            var (declaration, faults) = ValidateDeclaration.Of(document);
            Assert.True(declaration is null ? faults.Count > 0 : faults.Count == 0, path);
        }
    }

    [Fact]
    public void Faults_BeyondAThousand_AreCounted()
    {
        var document = DeclarationFiles.Smallest();
        document["topics"] = new JsonArray([.. Enumerable.Range(0, 5000).Select(i => (JsonNode)i)]);
        var faults = ValidateDeclaration.Of(document).Faults;
        Assert.Equal(1001, faults.Count);
        Assert.Contains("4000 more", faults[^1].Reason);
    }

    [Fact]
    public void JsonAndYaml_OfOneDeclaration_HaveOneHash()
    {
        var yaml = DeclarationFiles.Sample("slotmaker");
        var (node, _) = ReadDeclaration.Of(JsonSerializer.SerializeToUtf8Bytes(yaml, ContractJson.Options), "application/json");
        var (json, faults) = ValidateDeclaration.Of(node);
        Assert.Empty(faults);
        Assert.Equal(PublishedDeclaration.HashOf(yaml), PublishedDeclaration.HashOf(json!));
    }

    private static void AssertAccepted(string path, string value)
    {
        var document = DeclarationFiles.Smallest();
        DeclarationFiles.Change(document, path, true, value);
        Assert.Empty(ValidateDeclaration.Of(document).Faults);
    }

    private static IEnumerable<string> Places(JsonNode? node, string path = "") => node switch
    {
        JsonObject members => members.SelectMany(m => Places(m.Value, $"{path}/{m.Key}").Prepend($"{path}/{m.Key}")),
        JsonArray items => items.SelectMany((item, i) => Places(item, $"{path}/{i}").Prepend($"{path}/{i}")),
        _ => [],
    };
}
