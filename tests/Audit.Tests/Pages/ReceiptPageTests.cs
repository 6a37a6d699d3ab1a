using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Audit.Logs;
using Consent.Audit.Pages;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Contracts;
using Consent.Tests.Support;
using Consent.VerifiableLog;

namespace Consent.Audit.Tests.Pages;

public sealed class ReceiptPageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("en", "Checked now: right", "This receipt is entry ", "We count which pages are read.")]
    [InlineData("nl", "Nu gecontroleerd: in orde", "Dit ontvangstbewijs is regel ", "Wij tellen welke pagina")]
    public async Task Receipt_TellsItsStory_AndThatItWasCheckedInTheLog(string language, string title, string sentence, string ofDeclaration)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var html = WebUtility.HtmlDecode(await pages.TextAsync($"/audit/receipts/first?lang={language}"));

        Assert.Contains(title, html, StringComparison.Ordinal);
        Assert.Contains(sentence, html, StringComparison.Ordinal);
        // What was shown stands in the language in which it was shown, whatever the page speaks.
        Assert.Contains("<dd lang=\"nl\">Wij tellen welke pagina's gelezen worden.</dd>", html, StringComparison.Ordinal);
        Assert.Contains(ofDeclaration, WebUtility.HtmlDecode(await pages.TextAsync($"/audit/sites/tuin/declarations/{Samples.Declaration().Hash}")), StringComparison.Ordinal);
        Assert.Contains("newsletter", html, StringComparison.Ordinal);
        foreach (var link in (string[])["evidence.zip", "trace.json", "story.csv"]) Assert.Contains($"/audit/receipts/first/{link}", html, StringComparison.Ordinal);
        Assert.Equal(["trace"], (await pages.Audit.LooksAsync()).Where(l => l.Record == "first").Select(l => l.What));
    }

    [Theory]
    [InlineData("en", null, "The receipt names no language. The declaration has texts in: nl, en. Which of them was shown is not known.", "in the language in which it was shown")]
    [InlineData("nl", "fy", "Het ontvangstbewijs noemt de taal fy, waarin de verklaring geen tekst heeft. De verklaring heeft teksten in: nl, en.", "in de taal waarin die werd getoond")]
    public async Task AText_OfWhichTheLanguageIsNotKnown_IsToldAsOneOfTheTexts(string page, string? language, string told, string asserted)
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var choice = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4));
        await pages.Audit.HearAsync(choice with { Receipt = choice.Receipt with { Language = language } });
        var html = WebUtility.HtmlDecode(await pages.TextAsync($"/audit/receipts/third?lang={page}"));
        Assert.Contains(told, html, StringComparison.Ordinal);
        Assert.DoesNotContain(asserted, html, StringComparison.Ordinal);
        Assert.Contains("<dd lang=\"nl\">Wij tellen welke pagina's gelezen worden.</dd>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReceipt_ThatIsNotUnderACheckpoint_SaysSo()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        await pages.Audit.HearAsync(TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4)));
        var html = await pages.TextAsync("/audit/receipts/third?lang=en");
        Assert.Contains("Not under a checkpoint yet", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Checked now: right", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatThePageShows_CanBeKept()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        Assert.Equal("first", (string?)JsonNode.Parse(await pages.TextAsync("/audit/receipts/first/trace.json"))!["receipt"]!["id"]);
        Assert.Contains("\r\n2026-06-03T12:00:00.080Z,applied,newsletter,", await pages.TextAsync("/audit/receipts/first/story.csv"), StringComparison.Ordinal);
        Assert.Equal(2, JsonNode.Parse(await pages.TextAsync("/audit/receipts.json?site=tuin"))!["receipts"]!.AsArray().Count);
        using var answer = await pages.GetAsync("/audit/receipts/first/evidence.zip");
        Assert.Equal(("application/zip", "no-store"), (answer.Content.Headers.ContentType!.MediaType, answer.Headers.CacheControl!.ToString()));
        Assert.Equal("PK"u8.ToArray(), (await answer.Content.ReadAsByteArrayAsync())[..2]);
    }

    [Fact]
    public async Task AFormulaInWhatSomebodyWrote_IsTextInTheCsv()
    {
        await using var pages = await PagesUnderTest.StartAsync(_folder);
        var choice = TimelineTests.Decided("third", 3, Samples.Noon.AddHours(4));
        await pages.Audit.HearAsync(choice with { Receipt = choice.Receipt with { Action = "=HYPERLINK(\"x\",1)" } });
        Assert.Contains(",\"'=HYPERLINK(\"\"x\"\",1)\",", await pages.TextAsync("/audit/receipts.csv"), StringComparison.Ordinal);
    }

    /// <summary>The check is one: it says no to what was altered.</summary>
    [Fact]
    public async Task TheCheck_RefusesAnotherBody_AnotherPlace_AnotherEntryAndAForeignKey()
    {
        await using var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        await audit.HearAsync(TimelineTests.Decided("second", 2, Samples.Noon.AddHours(2)));
        await audit.HearAsync(Samples.Applied("newsletter", 80, "first"));
        await audit.HearAsync(Samples.Applied("analytics", 90, "first"));
        await audit.RoundAsync();
        var keys = await audit.KeysAsync();
        var (right, other) = (Read(await audit.ProofAsync("first")), Read(await audit.ProofAsync("second")));
        var told = Read(JsonNode.Parse(await audit.TextAsync("/v1/audit/proofs/first/deliveries/newsletter", audit.Token("audit", "*")))!.AsObject());

        Assert.True(EntryCheck.Of(right, keys).IsRight);
        Assert.True(EntryCheck.Of(told, keys).IsRight);
        Assert.False(EntryCheck.Of(right with { Opening = right.Opening! with { Body = Encoding.UTF8.GetBytes("{}") } }, keys).IsOfRecord);
        Assert.False(EntryCheck.Of(told with { Opening = told.Opening! with { HeardAt = told.Opening!.HeardAt.AddMilliseconds(1) } }, keys).IsOfRecord);
        Assert.False(EntryCheck.Of(right with { Index = other.Index }, keys).IsInTree);
        Assert.False(EntryCheck.Of(right with { Entry = other.Entry }, keys).IsRight);
        Assert.Empty(EntryCheck.Of(right, [.. keys.Select(key => NoteVerifierKey.Of("localhost/log/another", key.Type, key.PublicKey.Span))]).SignedBy);
        Assert.Empty(EntryCheck.Of(right, []).SignedBy);
    }

    private static ProveRecord.Proven Read(JsonObject proof) => ContractJson.Read<ProveRecord.Proven>(Encoding.UTF8.GetBytes(proof.ToJsonString()));
}
