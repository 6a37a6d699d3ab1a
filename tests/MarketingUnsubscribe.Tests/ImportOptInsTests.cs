using System.Text.Json;
using Consent.Contracts;
using static Consent.MarketingUnsubscribe.Tests.ImportedRows;

namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>Opt-ins from elsewhere: with their proof they are a basis, without it they are noted and no more.</summary>
public sealed class ImportOptInsTests : HostedTest
{
    private const string Jan = "jan@example.com";

    [Fact]
    public async Task WithItsProof_ItIsASubscription_AndIsPublished_AndWithoutItIsUnproven_AndIsNot()
    {
        var told = await Host.ImportAsync(Row(Jan), Row("els@example.com", evidence: null), Row("piet@example.com", evidence: " "), RowWithoutTime("kees@example.com"));
        await Host.ImportAsync(Row("later@example.com", confirmedAt: Sample.Noon.AddMonths(-1)));

        Assert.Equal([Sums(rows: 4, recorded: 4, unproven: 3)], told);
        Assert.Equal(["opted-in", "unproven", "unproven", "unproven", "opted-in"], await ReasonsAsync("jan", "els", "piet", "kees", "later"));
        var published = await Host.Sent.WaitForAsync<MarketingSubscribed>(2);
        Assert.Equal([Subject(Jan), Subject("later@example.com")], published.Select(e => e.SubjectId));
        Assert.All(published, e => Assert.Equal((null, "developer"), (e.ConfirmedAt, e.StatedBy)));
        Assert.All(published, e => Assert.Equal(("import", PublishedDeclaration.HashOf(Sample.Declaration())), (e.Action, e.Declaration)));
        Assert.DoesNotContain("example.com", Host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheProof_IsKeptAsTheControllerGaveIt()
    {
        await Host.ImportAsync(
            """{"address":" Jan@Example.com","topic":"newsletter","language":"en","source":"checkout","optedInAt":"2025-03-01T14:00:00.0009+02:00",""" +
            """ "confirmedAt":"2025-03-01T12:05:00Z","evidence":"sha256:ab","reference":"17"}""");

        var declaration = Sample.Declaration();
        var record = await LatestAsync(Jan);
        var proof = OptInProof.On(
            Sample.Published(declaration), declaration.FindTopic("newsletter")!, "en", "checkout", new DateTimeOffset(2025, 3, 1, 12, 5, 0, TimeSpan.Zero)) with
        {
            Evidence = "sha256:ab",
            StatedBy = "developer",
            LiftsNothing = true,
            OptedInAt = new DateTimeOffset(2025, 3, 1, 12, 0, 0, TimeSpan.Zero),
        };
        Assert.Equal((MarketingRecord.Subscribed, proof, proof), (record!.Kind, record.Proof, record.Topics["newsletter"].Proof));
        await Host.ImportAsync(Row("els@example.com"));
        Assert.Equal(("mailchimp", "nl"), ((await LatestAsync("els@example.com"))!.Proof!.Source, (await LatestAsync("els@example.com"))!.Proof!.Language));
    }

    [Fact]
    public async Task Repeated_NothingIsRecordedTwice_AndWhatWasSaidSinceStands()
    {
        string[] rows = [Row(Jan), Row("els@example.com", evidence: null), Row(Jan, topic: "offers")];
        Assert.Equal([Sums(rows: 3, recorded: 3, unproven: 1)], await Host.ImportAsync(rows));
        foreach (var address in (string[])[Jan, "els@example.com"]) await Host.OneClickAsync(await Host.LinkAsync(address));
        var before = await LatestAsync(Jan);

        Assert.Equal([Sums(rows: 3, known: 3)], await Host.ImportAsync(rows));

        Assert.Equal(before!.Topics["offers"], (await LatestAsync(Jan))!.Topics["offers"]);
        Assert.Equal(["suppressed", "suppressed"], await ReasonsAsync("jan", "els"));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan, "offers"));
    }

    [Fact]
    public async Task WhenTheProofIsFound_TheSameRowComesInAfterAll()
    {
        await Host.ImportAsync(Row(Jan, evidence: null));
        Assert.Equal([Sums(rows: 2, recorded: 1, known: 1)], await Host.ImportAsync(Row(Jan, evidence: null), Row(Jan)));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
        Assert.Equal([Sums(rows: 1, known: 1)], await Host.ImportAsync(Row(Jan, evidence: null)));
        Assert.Equal("opted-in", await Host.ReasonAsync(Jan));
    }

    [Fact]
    public async Task TheTextThatWasShown_DecidesWhetherItStillMeansTheSame()
    {
        var shown = PublishedDeclaration.HashOf(Sample.Declaration());
        await Host.HearAsync(Sample.WithAnotherMeaning(Sample.Declaration()), version: 2);

        var told = await Host.ImportAsync(
            Row(Jan, declaration: shown), Row("els@example.com"), Row("piet@example.com", declaration: new string('0', 64)), Row("kees@example.com", topic: "tips", declaration: shown));

        Assert.Equal((3, Sums(rows: 4, recorded: 3, refused: 1)), (LineOf(told[0]), told[^1]));
        Assert.Equal(["ask-again", "opted-in", "no-basis"], await ReasonsAsync("jan", "els", "piet"));
        Assert.Equal("opted-in", await Host.ReasonAsync("kees@example.com", "tips"));
    }

    [Fact]
    public async Task Rows_AreRecordedManyAtOnce_AndThoseOfOneAddressInTheirOrder()
    {
        var addresses = Enumerable.Range(0, 300).Select(i => $"reader-{i}@example.com").ToList();
        var told = await Host.ImportAsync([.. addresses.SelectMany(a => (string[])[Row(a, evidence: null), Row(a, reference: $"{a.Split('@')[0]}-found")])]);

        Assert.Equal([Sums(rows: 600, recorded: 600, unproven: 300)], told);
        Assert.All(await ReasonsAsync("reader-0", "reader-127", "reader-128", "reader-299"), reason => Assert.Equal("opted-in", reason));
    }

    [Fact]
    public async Task EveryBadRow_IsToldWithItsLineAndWhatToDo_NamesNothingOfIt_AndTheOthersAreRecorded()
    {
        var future = Sample.Noon.AddHours(1);
        (string Row, string Says)[] bad =
        [
            ("not json", "JSON object"),
            ("[]", "JSON object"),
            ("null", "JSON object"),
            ("""{"address":17,"topic":"newsletter","reference":"a"}""", "with a text in each"),
            (Row("jan at example.com"), "Give address"),
            (Row("jan@example.com\r\nBcc: x@example.com"), "Give address"),
            (Row($"{new string('j', 320)}@example.com"), "Give address"),
            (Row(Jan, topic: "marketing"), "Give topic"),
            (Row(Jan, reference: Jan), "Give reference"),
            (Row(Jan, confirmedAt: future), "up to now"),
            (Row(Jan, confirmedAt: Sample.Noon.AddYears(-2)), "not before optedInAt"),
            (Row(Jan, evidence: new string('e', 513)), "up to 512"),
            (Row(Jan, evidence: "log-7"), "at least 8"),
            (Row(Jan, evidence: "the mail from <Jan@Example.com>"), "something else than"),
            (Row(Jan, evidence: "/log?of=jan%40example.com"), "something else than"),
            (Row(Jan, evidence: "the mail from piet@elsewhere.example"), "something else than"),
            (Row(Jan, evidence: new string('e', 9000)), "under 8192 bytes"),
            (Row(Jan).Replace("2025-03-02", "1989-12-31", StringComparison.Ordinal), "from 1990"),
            (Row(Jan).Replace("2025-03-02T12", "last-spring", StringComparison.Ordinal), "times such as"),
            (Row(Jan).Replace("{", """{"language":"fr",""", StringComparison.Ordinal), "Write language"),
            (Row(Jan).Replace("{", """{"source":"jan@example.com",""", StringComparison.Ordinal), "Write source"),
        ];

        var told = await Host.ImportAsync([.. bad.Select(b => b.Row), "", Row("good@example.com")]);

        Assert.Equal(Sums(rows: bad.Length + 1, recorded: 1, refused: bad.Length), told[^1]);
        Assert.Equal(Enumerable.Range(1, bad.Length), told[..^1].Select(LineOf));
        Assert.All(bad.Zip(told), b => Assert.Contains(b.First.Says, b.Second, StringComparison.Ordinal));
        Assert.DoesNotContain(told, line => line.Contains("example.com", StringComparison.Ordinal));
        Assert.Equal(["no-basis", "opted-in"], await ReasonsAsync("jan", "good"));
    }

    [Theory]
    [InlineData("?system=Mail%20Chimp", "application/x-ndjson", 400, "import-system")]
    [InlineData("", "application/x-ndjson", 400, "import-system")]
    [InlineData("?system=x", "application/json", 415, "import-type")]
    [InlineData("?system=x", "text/csv", 415, "import-type")]
    public async Task WhatCannotBeAnImport_IsAProblem(string query, string type, int status, string slug) =>
        await (await Host.PostRowsAsync(query, type, Row(Jan), Host.Token())).AssertProblemAsync(status, slug, secret: Jan);

    [Fact]
    public async Task WithoutTheRightToken_NothingIsTold_AndNothingStored()
    {
        (string? Token, int Status, string Slug)[] refused =
            [(null, 401, "token-needed"), ("forged", 401, "token-needed"), (Host.Token(scope: "consent"), 403, "scope-needed"), (Host.Token(controller: "another"), 404, "unknown-site")];
        foreach (var (token, status, slug) in refused) await (await Host.PostRowsAsync("?system=x", "application/x-ndjson", Row(Jan), token)).AssertProblemAsync(status, slug);
        Assert.Equal("no-basis", await Host.ReasonAsync(Jan));
    }

    private static int LineOf(string told) => JsonDocument.Parse(told).RootElement.GetProperty("line").GetInt32();

    private string Subject(string address) => Host.Keys.Addresses(Sample.Controller).AddressId(address);

    private Task<MarketingRecord?> LatestAsync(string address) => Host.Records.LatestAsync(Sample.Site, Subject(address), default).AsTask();

    private async Task<IReadOnlyList<string>> ReasonsAsync(params string[] names)
    {
        var reasons = new List<string>();
        foreach (var name in names) reasons.Add(await Host.ReasonAsync($"{name}@example.com"));
        return reasons;
    }
}
