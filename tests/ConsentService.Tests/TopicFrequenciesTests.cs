using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.ConsentService.Tests;

/// <summary>How often a person may want a topic, as a declaration offers it.</summary>
public sealed class TopicFrequenciesTests
{
    private const string Two = """[{"id":"weekly","name":{"nl":"Elke week","en":"Each week"}},{"id":"monthly","name":{"nl":"Elke maand","en":"Each month"}}]""";

    [Fact]
    public void Frequencies_WithANameInEachLanguage_AreDeclared()
    {
        var (declaration, faults) = With(JsonNode.Parse(Two));
        Assert.Empty(faults);
        var offered = declaration!.Topics[0].Frequencies!;
        Assert.Equal([("weekly", "Elke week"), ("monthly", "Elke maand")], offered.Select(f => (f.Id, f.Name["nl"])));
    }

    [Fact]
    public void Frequencies_BeyondTen_AreRefused()
    {
        var eleven = new JsonArray([.. Enumerable.Range(0, 11).Select(i => (JsonNode)new JsonObject { ["id"] = $"each-{i}", ["name"] = new JsonObject { ["nl"] = "a", ["en"] = "b" } })]);
        Assert.Equal(["/topics/0/frequencies"], With(eleven).Faults.Select(fault => fault.Path));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("[null, 1, [], {}]")]
    [InlineData("{\"x\": null}")]
    public void Anything_InTheirPlace_IsRefused(string json) => Assert.NotEmpty(With(JsonNode.Parse(json)).Faults);

    [Fact]
    public void Declaration_WithoutFrequencies_SaysNothingOfThem_SoThatItsHashIsAsItWas() =>
        Assert.DoesNotContain("\"frequencies\"", JsonSerializer.Serialize(DeclarationFiles.Sample("weefgoed"), ContractJson.Options), StringComparison.Ordinal);

    [Fact]
    public void AChangeOfThem_IsToldAsOneOfTheTopic()
    {
        var first = PublishedDeclaration.After(null, ValidateDeclaration.Of(DeclarationFiles.Smallest()).Declaration!, DateTimeOffset.UnixEpoch);
        var second = PublishedDeclaration.After(first, With(JsonNode.Parse(Two)).Declaration!, DateTimeOffset.UnixEpoch);
        var change = Assert.Single(DeclarationDifference.Between(first, second).Changes);
        Assert.Equal(("topics", "catalogue", "changed", "frequencies"), (change.List, change.Id, change.What, Assert.Single(change.Members)));
    }

    private static (Declaration? Declaration, IReadOnlyList<DeclarationFault> Faults) With(JsonNode? frequencies)
    {
        var document = DeclarationFiles.Smallest();
        DeclarationFiles.Change(document, "/topics/0/frequencies", true, frequencies);
        return ValidateDeclaration.Of(document);
    }
}
