using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.Contracts.Tests;

/// <summary>What a site may say in its own words is what the banner says: neither list of names drifts away from the other.</summary>
public partial class OwnBannerTextsTests
{
    private static readonly JsonObject Schema = Read("services/contracts/declaration.schema.json");

    [Fact]
    public void The_known_names_and_their_placeholders_are_those_of_the_banner_s_own_texts()
    {
        var own = Flat(Read("services/cookie-banner/script/texts/en.json"), text => text).ToList();
        Assert.Equal(own.Select(t => t.Name), OwnBannerTexts.Known.Keys);
        Assert.All(own, t => Assert.Equal(
            Braces().Matches((string)t.Node!).Select(m => m.Value.Trim('{', '}')).Distinct().Order(StringComparer.Ordinal),
            OwnBannerTexts.Known[t.Name].Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_schema_knows_the_same_names_and_asks_for_the_same_placeholders()
    {
        var texts = Flat(Schema["$defs"]!["ownBannerTexts"]!, node => node["properties"]).Select(t => (t.Name, Form: Of(t.Node!))).ToList();
        Assert.Equal(OwnBannerTexts.Known.Keys, texts.Select(t => t.Name));
        Assert.All(texts, t =>
        {
            var placeholders = OwnBannerTexts.Known[t.Name];
            var whole = string.Concat(placeholders.Select(p => $" {{{p}}}"));
            Assert.Matches(t.Form, $"Een tekst{whole}");
            Assert.DoesNotMatch(t.Form, $"Een tekst{whole} {{more}}");
            Assert.DoesNotMatch(t.Form, $"Een tekst{whole} {{");
            Assert.DoesNotMatch(t.Form, $"Een{whole}\ntekst");
            Assert.DoesNotMatch(t.Form, " ");
            Assert.All(placeholders, p => Assert.DoesNotMatch(t.Form, $"Een tekst{whole}".Replace($"{{{p}}}", "", StringComparison.Ordinal)));
        });
    }

    [Fact]
    public void In_JSON_a_text_of_a_legal_basis_stands_under_basis_and_is_read_from_there()
    {
        var texts = new OwnBannerTexts { ["title"] = "Mag het?", ["basis.contract"] = "nodig", ["basis.public-task"] = "taak" };
        var json = Encoding.UTF8.GetString(ContractJson.Write(texts));
        Assert.Equal("""{"title":"Mag het?","basis":{"contract":"nodig","public-task":"taak"}}""", json);
        Assert.Equal(texts, ContractJson.Read<OwnBannerTexts>(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void A_declaration_without_them_does_not_mention_them_and_one_with_them_has_another_hash()
    {
        var without = CornerShop.Declaration;
        var with = without with { BannerTexts = new Dictionary<string, OwnBannerTexts> { ["nl"] = new() { ["title"] = "Mag het?" } } };
        Assert.DoesNotContain("bannerTexts", Encoding.UTF8.GetString(ContractJson.Write(without)), StringComparison.Ordinal);
        Assert.NotEqual(PublishedDeclaration.HashOf(without), PublishedDeclaration.HashOf(with));
        Assert.Equal(PublishedDeclaration.HashOf(with), PublishedDeclaration.HashOf(ContractJson.Read<Declaration>(ContractJson.Write(with))));
    }

    [Fact]
    public void A_change_of_them_is_told_and_asks_nobody_again()
    {
        var first = CornerShop.Published;
        var next = CornerShop.Declaration with { BannerTexts = new Dictionary<string, OwnBannerTexts> { ["nl"] = new() { ["title"] = "Mag het?" } } };
        var second = PublishedDeclaration.After(first, next, first.PublishedAt);
        var difference = DeclarationDifference.Between(first, second);
        Assert.Empty(difference.AskAgain);
        var change = Assert.Single(difference.Changes);
        Assert.Equal("declaration", change.List);
        Assert.Equal(["bannerTexts"], change.Members);
    }

    /// <summary>The pattern that a text has to match.</summary>
    private static string Of(JsonNode property) => (string)Schema["$defs"]![((string)property["$ref"]!).Split('/')[^1]]!["pattern"]!;

    /// <summary>The leaves with their names, those of a group behind its name; a leaf has no members of its own.</summary>
    private static IEnumerable<(string Name, JsonNode? Node)> Flat(JsonNode tree, Func<JsonNode, JsonNode?> membersOf, string before = "") =>
        membersOf(tree)!.AsObject().SelectMany(m => m.Value is JsonObject group && membersOf(group) is not null
            ? Flat(group, membersOf, $"{before}{m.Key}.")
            : [($"{before}{m.Key}", m.Value)]);

    private static JsonObject Read(string file) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, file)))!.AsObject();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Braces();
}
