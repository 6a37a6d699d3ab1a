using System.Text;
using System.Text.Json.Nodes;

namespace Consent.ConsentService.Tests;

public sealed class ReadDeclarationTests
{
    [Theory]
    [InlineData("country: NO", "NO")]
    [InlineData("country: no", "no")]
    [InlineData("number: 01234567", "01234567")]
    [InlineData("number: 12345678", "12345678")]
    [InlineData("phone: +31 20 000 00 01", "+31 20 000 00 01")]
    [InlineData("phone: 0x1F", "0x1F")]
    [InlineData("date: 2018-05-25", "2018-05-25")]
    [InlineData("amount: 1e3", "1e3")]
    [InlineData("time: 12:30:00", "12:30:00")]
    [InlineData("word: yes", "yes")]
    [InlineData("word: 'true'", "true")]
    [InlineData("word: \"null\"", "null")]
    [InlineData("word: |-\n  true", "true")]
    public void Yaml_ScalarThatLooksLikeSomethingElse_StaysText(string yaml, string expected) =>
        Assert.Equal(expected, (string?)Read(yaml).AsObject().Single().Value);

    [Theory]
    [InlineData("special: true", true)]
    [InlineData("special: False", false)]
    public void Yaml_PlainTrueOrFalse_IsABoolean(string yaml, bool expected) => Assert.Equal(expected, (bool?)Read(yaml)["special"]);

    [Theory]
    [InlineData("phone:")]
    [InlineData("phone: ~")]
    [InlineData("phone: null")]
    public void Yaml_NoValue_IsNull(string yaml) => Assert.Null(Read(yaml)["phone"]);

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", 3, "twice")]
    [InlineData("a: &x [1]\nb: 2", 1, "anchors")]
    [InlineData("a: 1\nb: *x", 2, "aliases")]
    [InlineData("a: 1\nb: !!int 5", 2, "tags")]
    [InlineData("a: 1\nb: !system x", 2, "tags")]
    [InlineData("a: 1\n---\nb: 2", 2, "second document")]
    [InlineData("a: 1\n? [x, y]\n: 2", 2, "key")]
    [InlineData("a: 1\ntrue: 2", 2, "key")]
    [InlineData("a: 1\nb: [1, 2", 2, "")]
    [InlineData("a: 1\n b: 2", 2, "")]
    [InlineData("a: 1\nb: \"\\uD800\"", 2, "")]
    [InlineData("", 1, "empty")]
    [InlineData("# nothing but a remark", 1, "empty")]
    public void Yaml_WhatADeclarationDoesWithout_IsRefusedWithItsLine(string yaml, int line, string reason)
    {
        var (node, fault) = ReadDeclaration.Of(Encoding.UTF8.GetBytes(yaml), "application/yaml");
        Assert.Null(node);
        Assert.Equal(line, fault!.Line);
        Assert.Contains(reason, fault.Reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Yaml_AliasesThatMultiply_AreRefusedAtTheFirstAnchor()
    {
        const string Bomb = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b]";
        Assert.Equal(1, ReadDeclaration.Of(Encoding.UTF8.GetBytes(Bomb)).Fault!.Line);
    }

    [Theory]
    [InlineData("[", "application/yaml")]
    [InlineData("{a: ", "application/yaml")]
    [InlineData("- ", "application/yaml")]
    [InlineData("[", "application/json")]
    [InlineData("{\"a\":", "application/json")]
    public void Text_NestedAThousandDeep_IsRefused(string opening, string contentType)
    {
        var text = string.Concat(Enumerable.Repeat(opening, 1000));
        Assert.Contains("deep", ReadDeclaration.Of(Encoding.UTF8.GetBytes(text), contentType).Fault!.Reason);
    }

    [Theory]
    [InlineData("{\"a\":1,\n\"a\":2}", "once")]
    [InlineData("{\"a\":[\"\\ud800\"]}", "half")]
    [InlineData("{\"\\ud800\":1}", "half")]
    [InlineData("{\"a\":", "well-formed")]
    [InlineData("{\"a\":1} {}", "well-formed")]
    [InlineData("{a: 1}", "well-formed")]
    public void Json_Malformed_IsRefused(string json, string reason)
    {
        var (node, fault) = ReadDeclaration.Of(Encoding.UTF8.GetBytes(json), "application/json");
        Assert.Null(node);
        Assert.Contains(reason, fault!.Reason);
    }

    [Fact]
    public void Json_Malformed_NamesTheLine() =>
        Assert.Equal(3, ReadDeclaration.Of("{\n\"a\": 1,\n\"b\": }"u8, "application/json").Fault!.Line);

    [Fact]
    public void Text_WithoutAContentType_IsTakenForWhatItLooksLike()
    {
        Assert.Equal("1", Read("a: 1")["a"]!.ToJsonString().Trim('"'));
        Assert.Equal(1, (int?)Read(" \r\n{\"a\": 1}")["a"]);
    }

    [Fact]
    public void Text_WithAByteOrderMark_IsRead() => Assert.Equal("x", (string?)Read("\uFEFFa: x")["a"]);

    [Fact]
    public void Bytes_ThatAreNoUtf8_AreRefused() => Assert.Contains("UTF-8", ReadDeclaration.Of([0x61, 0x3A, 0x20, 0xFF]).Fault!.Reason);

    /// <summary>Whatever the bytes, the answer is a tree or a fault. The seed is fixed, so that a failure comes back.</summary>
    [Theory]
    [InlineData("application/yaml")]
    [InlineData("application/json")]
    public void Bytes_Garbled_AreReadOrRefused(string contentType)
    {
        const string Marks = "{}[]:,-?!&*#|>'\"%@`\\ \n\tuUxN0~<=.";
        var random = new Random(42);
        var sound = contentType is "application/json"
            ? Encoding.UTF8.GetBytes(DeclarationFiles.Smallest().ToJsonString())
            : File.ReadAllBytes(DeclarationFiles.SmallestFile);
        for (var round = 0; round < 1000; round++)
        {
            var bytes = sound.AsSpan(0, random.Next(1, sound.Length)).ToArray();
            for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)Marks[random.Next(Marks.Length)];
            var (node, fault) = ReadDeclaration.Of(bytes, contentType);
            Assert.True(node is null || fault is null);
            if (fault is not null) continue;
            var (declaration, faults) = ValidateDeclaration.Of(node);
            Assert.Equal(declaration is null, faults.Count > 0);
        }
    }

    private static JsonNode Read(string text)
    {
        var (node, fault) = ReadDeclaration.Of(Encoding.UTF8.GetBytes(text));
        Assert.Null(fault);
        return node!;
    }
}
