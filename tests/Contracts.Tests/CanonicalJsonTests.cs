using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Consent.Contracts.Tests;

public sealed class CanonicalJsonTests
{
    /// <summary>The example of RFC 8785, section 3.2.3: names order by UTF-16 code units, so the emoji stands before U+FB33.</summary>
    [Fact]
    public void Members_OfTheRfcExample_StandInItsOrder()
    {
        var node = JsonNode.Parse("""
            { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 }
            """);
        Assert.Equal("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}", Canonical(node));
    }

    /// <summary>The string of RFC 8785, section 3.2.2.</summary>
    [Fact]
    public void Text_OfTheRfcExample_IsEscapedAsLittleAsMayBe() => Assert.Equal(
        """
        "€$\u000f\nA'B\"\\\\\"/"
        """,
        Canonical(JsonNode.Parse("""
            "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"
            """)));

    [Theory]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("[ ]", "[]")]
    [InlineData("{ }", "{}")]
    [InlineData("-0", "0")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740991", "-9007199254740991")]
    [InlineData("[3, 1, 2]", "[3,1,2]")]
    [InlineData("\"<&>\\u007f\"", "\"<&>\u007f\"")]
    public void Value_IsWrittenInItsOneForm(string json, string expected) => Assert.Equal(expected, Canonical(JsonNode.Parse(json)));

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9007199254740992")]
    [InlineData("-9223372036854775808")]
    [InlineData("99999999999999999999999")]
    public void Number_WithoutACanonicalForm_IsRefused(string json) =>
        Assert.Throws<NotSupportedException>(() => CanonicalJson.Write(JsonNode.Parse(json)));

    [Fact]
    public void Hash_IsTheSha256OfTheCanonicalForm() =>
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", CanonicalJson.Hash(new JsonObject()));

    [Fact]
    public void Form_IsTheSame_InWhateverOrderTheMembersCame() => Prop
        .ForAll(Documents(3).ToArbitrary(), document => Canonical(Reversed(document)) == Canonical(document))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Form_ReadBack_IsTheSameDocument() => Prop
        .ForAll(Documents(3).ToArbitrary(), document =>
        {
            var back = JsonNode.Parse(CanonicalJson.Write(document));
            return JsonNode.DeepEquals(back, document) && Canonical(back) == Canonical(document);
        })
        .QuickCheckThrowOnFailure();

    private static string Canonical(JsonNode? node) => Encoding.UTF8.GetString(CanonicalJson.Write(node));

    private static JsonNode? Reversed(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Reverse().Select(m => KeyValuePair.Create(m.Key, Reversed(m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Reversed)]),
        _ => node?.DeepClone(),
    };

    private static Gen<string> Words() => Gen
        .Elements("a", "B", "1", "\"", "\\", "\n", "\t", "\u0001", "\u007f", "é", "€", "😀", "\ufb33", "/", " ")
        .ListOf().Select(parts => string.Concat(parts));

    private static Gen<JsonNode?> Documents(int depth)
    {
        Gen<JsonNode?>[] scalars =
        [
            Words().Select(text => (JsonNode?)JsonValue.Create(text)),
            Gen.Choose(int.MinValue, int.MaxValue).Select(number => (JsonNode?)JsonValue.Create((long)number)),
            Gen.Elements(true, false).Select(yes => (JsonNode?)JsonValue.Create(yes)),
            Gen.Constant((JsonNode?)null),
        ];
        if (depth == 0) return Gen.OneOf(scalars);
        var inner = Documents(depth - 1);
        var lists = inner.ListOf().Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())]));
        var maps = Words().Zip(inner).ListOf().Select(members => (JsonNode?)new JsonObject(
            members.DistinctBy(m => m.Item1).Select(m => KeyValuePair.Create(m.Item1, m.Item2?.DeepClone()))));
        return Gen.OneOf([.. scalars, lists, maps]);
    }
}
