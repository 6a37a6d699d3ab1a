using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

public sealed class DeclarationHashTests
{
    [Fact]
    public void Hash_IsSixtyFourLowerCaseHexadecimalDigits() =>
        Assert.Matches("^[0-9a-f]{64}$", PublishedDeclaration.HashOf(CornerShop.Declaration));

    [Fact]
    public void Hash_OfADeclarationSentAndReadBack_IsTheSame()
    {
        var back = ContractJson.Read<Declaration>(ContractJson.Write(CornerShop.Declaration));
        Assert.Equal(PublishedDeclaration.HashOf(CornerShop.Declaration), PublishedDeclaration.HashOf(back));
    }

    [Fact]
    public void Hash_OfAnyChangedText_IsAnother()
    {
        var changed = CornerShop.Declaration.With("statistics", p => p with { Description = SampleDeclaration.Text("Tellen", "Counting") });
        Assert.NotEqual(PublishedDeclaration.HashOf(CornerShop.Declaration), PublishedDeclaration.HashOf(changed));
    }

    [Fact]
    public void Hash_OfTextsInAnotherOrderOfLanguages_IsTheSame()
    {
        var turned = CornerShop.Declaration with { ScopeOfStatement = new Texts { ["en"] = "Everything", ["nl"] = "Alles" } };
        Assert.Equal(PublishedDeclaration.HashOf(CornerShop.Declaration), PublishedDeclaration.HashOf(turned));
    }

    [Fact]
    public void Json_OfAPublishedDeclaration_CarriesItsVersionAndHashBesideItsMembers()
    {
        var at = new DateTimeOffset(2025, 3, 1, 13, 0, 0, 123, TimeSpan.FromHours(1));
        var published = CornerShop.Declaration.Published(at, 3);
        var json = published.ToJson();
        Assert.Equal(
            ("corner-shop", "corner-shop", 3, published.Hash, "2025-03-01T12:00:00.123Z", "legitimate-interest", "offers"),
            ((string?)json["site"], (string?)json["controller"]!["id"], (int)json["version"]!, (string?)json["hash"], (string?)json["publishedAt"],
                (string?)json["purposes"]![4]!["legalBasis"], (string?)json["topics"]![0]!["id"]));
    }

    /// <summary>What the hash identifies is what is sent: an auditor finds it again from the answer, less what was put beside it.</summary>
    [Fact]
    public void Hash_IsFoundAgain_FromThePublishedJson()
    {
        var published = CornerShop.Published;
        var json = JsonNode.Parse(published.ToJson().ToJsonString())!.AsObject();
        foreach (var beside in (string[])["version", "hash", "publishedAt", "meanings"]) json.Remove(beside);
        Assert.Equal(published.Hash, CanonicalJson.Hash(json));
    }
}
