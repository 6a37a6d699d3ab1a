using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

public sealed class ImportTests
{
    private static readonly Declaration _site = TestSite.Declaration();
    private static readonly string _hash = PublishedDeclaration.HashOf(_site);

    [Fact]
    public async Task Yes_WithItsProof_IsGivenFromItsOwnTime_AndWithoutIsUnprovenAndNotPermitted()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var told = await ImportAsync(
            consent,
            Row(1, true, declaration: _hash, evidence: "log-7"),
            Row(2, true, declaration: _hash),
            Row(3, true, evidence: "log-7"),
            Row(4, true, declaration: _hash, evidence: "log-7", at: "2025-06-03T12:00:00Z"));

        Assert.Equal("""{"summary":{"rows":4,"recorded":4,"known":0,"refused":0}}""", told[^1]);
        Assert.Equal((Decision.Given, DateTimeOffset.Parse("2026-11-01T12:00:00Z")), await StatusAsync(consent, 1));
        Assert.Equal(Decision.Unproven, (await StatusAsync(consent, 2)).Item1);
        Assert.Equal(Decision.Unproven, (await StatusAsync(consent, 3)).Item1);
        Assert.Equal(["given", "ask-again", "ask-again", "expired"], await Task.WhenAll(Enumerable.Range(1, 4).Select(i => StateAsync(consent, i))));
        var receipt = await ReceiptAsync(consent, 1);
        Assert.Equal((new Imported("cookiebot", "row-1", "log-7"), "import", TestSite.Noon.AddMonths(-1).AddDays(-2)), (receipt.Imported, receipt.Source, receipt.ClaimedAt));
    }

    [Fact]
    public async Task Yes_NeverWeakensANo_AndTheNoGoesThroughTheSameDoor()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        foreach (var subject in new[] { 1, 2 })
        {
            await consent.DecidedAsync(new { subjectId = subject.ToString("x32"), purposes = new { statistics = true }, declaration = _hash });
            if (subject == 1) await consent.DecidedAsync(new { subjectId = subject.ToString("x32"), heldVersion = 1, purposes = new { statistics = false }, declaration = _hash });
        }

        using var refused = new Measured(ConsentMetrics.MeterName, "consent.decisions.refused", "reason", DropReason.NewerNo);
        var told = await ImportAsync(consent, Row(1, true, declaration: _hash, evidence: "later", at: "2026-06-03T11:59:59Z"), Row(2, true), Row(2, false, reference: "no-2"), Row(1, false, reference: "no-1"));

        Assert.Equal(1, (int)JsonNode.Parse(told[0])!["line"]!);
        Assert.Contains("never weakens", told[0], StringComparison.Ordinal);
        Assert.True(refused.Count > 0);
        Assert.Equal("""{"summary":{"rows":4,"recorded":1,"known":2,"refused":1}}""", told[^1]);
        Assert.Equal(["withdrawn", "withdrawn"], [await StateAsync(consent, 1), await StateAsync(consent, 2)]);
    }

    [Fact]
    public async Task OfAPersonErasedSince_NothingComesBack_AndWhatHeDecidesLaterIsRecorded()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        await ImportAsync(consent, Row(1, true, declaration: _hash, evidence: "log-7"));
        Assert.NotNull(await EraseSubject.EraseAsync(consent.Log, "test-site", 1.ToString("x32"), consent.Clock.Now()));
        consent.Clock.At = TestSite.Noon.AddDays(2);

        var told = await ImportAsync(
            consent, Row(1, true, declaration: _hash, evidence: "log-7"), Row(1, true, declaration: _hash, evidence: "log-8", reference: "again"),
            Row(1, true, declaration: _hash, evidence: "log-9", reference: "later", at: "2026-06-04T12:00:00Z"));

        Assert.Equal("""{"summary":{"rows":3,"recorded":1,"known":0,"refused":2}}""", told[^1]);
        Assert.Contains("erased", told[0], StringComparison.Ordinal);
        Assert.Equal(TestSite.Noon.AddDays(1), (await ReceiptAsync(consent, 1)).ClaimedAt);
    }

    [Fact]
    public async Task Repeated_NothingIsRecordedTwice_AndWhatWasSaidSinceStands()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        string[] rows = [Row(1, true, declaration: _hash, evidence: "x"), Row(1, false, reference: "row-1b"), Row(2, false)];
        await ImportAsync(consent, rows);
        await consent.DecidedAsync(new { subjectId = 1.ToString("x32"), heldVersion = 2, purposes = new { statistics = true }, declaration = _hash });

        var again = await ImportAsync(consent, rows);

        Assert.Equal("""{"summary":{"rows":3,"recorded":0,"known":3,"refused":0}}""", again[^1]);
        Assert.Equal("given", await StateAsync(consent, 1));
        Assert.Equal(3, (await consent.Log.HistoryAsync(Receipt.Stream("test-site", 1.ToString("x32")))).Count);
    }

    [Fact]
    public async Task EveryBadRow_IsToldWithItsLineAndWhatToDo_AndTheOthersAreRecorded()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var told = await ImportAsync(
            consent, "not json", """{"subjectId":"jan@example.com","decidedAt":"2026-01-01T00:00:00Z","reference":"a","purposes":{"statistics":false}}""",
            Row(1, false, reference: "a b"), Row(1, true, purpose: "magic"), Row(1, true, purpose: "showcase"), "[]", "", Row(2, false), new string('x', 20_000), Row(3, false));

        Assert.Equal([1, 2, 3, 4, 5, 6, 9], told[..^1].Select(t => (int)JsonNode.Parse(t)!["line"]!));
        Assert.All(told[..^1], t => Assert.NotEmpty((string)JsonNode.Parse(t)!["reason"]!));
        Assert.DoesNotContain(told, t => t.Contains("jan@", StringComparison.Ordinal));
        Assert.Equal("""{"summary":{"rows":9,"recorded":2,"known":0,"refused":7}}""", told[^1]);
    }

    [Theory]
    [InlineData("vanilla-cookieconsent.ndjson", '0', "statistics ask-again, media refused")]
    [InlineData("klaro.ndjson", '1', "statistics ask-again, media refused")]
    [InlineData("cookiebot.csv", '2', "statistics ask-again, media refused")]
    [InlineData("onetrust.csv", '3', "statistics refused, media never-asked")]
    public async Task DocumentedExample_IsImportedAsDocumented(string file, char first, string expected)
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        var text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services", "consent", "import-examples", file));

        var told = await SendAsync(consent, text, file.EndsWith("csv", StringComparison.Ordinal) ? "text/csv" : "application/x-ndjson");

        Assert.Contains("\"refused\":0", told[^1], StringComparison.Ordinal);
        var subject = first + TestSite.Visitor[1..];
        Assert.Equal(expected, $"statistics {await StateAsync(consent, subject, "statistics")}, media {await StateAsync(consent, subject, "media")}");
    }

    [Theory]
    [InlineData("?system=Cookie%20Bot", "application/x-ndjson", "{}", 400, "import-system")]
    [InlineData("", "application/x-ndjson", "{}", 400, "import-system")]
    [InlineData("?system=x", "application/json", "{}", 415, "import-type")]
    [InlineData("?system=x", "text/csv", "name,mail\n", 400, "import-header")]
    [InlineData("?system=x", "text/csv", "", 400, "import-header")]
    public async Task WhatCannotBeAnImport_IsAProblem(string query, string type, string body, int status, string slug)
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        await ProblemOf.IsAsync(await PostAsync(consent, query, type, body), status, slug);
        Assert.Equal(401, (int)(await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/imports?system=x", new StringContent("{}"))).StatusCode);
    }

    [Fact]
    public async Task Export_HoldsEveryReceiptOnce_GoesOnBehindAnyPosition_InBothForms()
    {
        await using var consent = await MovedConsent.StartAsync(_site);
        await consent.PublishAsync(SampleDeclaration.Of("other", "test-house", [SampleDeclaration.Purpose("statistics")]));
        await ImportAsync(consent, [.. Enumerable.Range(1, 1200).Select(i => Row(i, false))]);
        await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/other/decisions", new { subjectId = TestSite.Visitor, purposes = new { statistics = false } });
        var token = consent.App.Token("consent", sites: ["test-site"]);

        var lines = (await (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/export", token: token)).Content.ReadAsStringAsync()).Split('\n')[..^1];
        var position = (long)JsonNode.Parse(lines[799])!["position"]!;
        var rest = (await (await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/export?after={position}", token: token)).Content.ReadAsStringAsync()).Split('\n')[..^1];
        var csv = (await (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/export?format=csv", token: token)).Content.ReadAsStringAsync()).Split('\n')[..^1];

        Assert.Equal(1200, lines.Select(l => (string)JsonNode.Parse(l)!["receipt"]!["id"]!).Distinct().Count());
        Assert.Equal(lines[800..], rest);
        Assert.Equal(1201, csv.Length);
        Assert.All(csv, l => Assert.Equal(11, l.Split(',').Length));
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/export?format=xml", token: token), 400, "export-format");
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/other/export", token: token), 404, "unknown-site");
    }

    [Theory]
    [InlineData("a,b", "a|b")]
    [InlineData("\"a,b\",c", "a,b|c")]
    [InlineData("\"say \"\"no\"\"\",", "say \"no\"|")]
    [InlineData(",,", "||")]
    public void CsvFields_AreThoseOfRfc4180(string line, string fields) => Assert.Equal(fields, string.Join('|', ImportRow.CsvFields(line)!));

    private static string Row(int subject, bool yes, string? reference = null, string? declaration = null, string? evidence = null, string at = "2026-05-01T12:00:00Z", string purpose = "statistics") =>
        Encoding.UTF8.GetString(ContractJson.Write(new
        {
            SubjectId = subject.ToString("x32"),
            DecidedAt = at,
            Reference = reference ?? $"row-{subject}",
            Purposes = new Dictionary<string, bool> { [purpose] = yes },
            Declaration = declaration,
            Evidence = evidence,
        }));

    private static Task<string[]> ImportAsync(MovedConsent consent, params string[] rows) => SendAsync(consent, string.Join('\n', rows), "application/x-ndjson");

    private static async Task<string[]> SendAsync(MovedConsent consent, string text, string type)
    {
        var answer = await PostAsync(consent, "?system=cookiebot", type, text);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadAsStringAsync()).Split('\n')[..^1];
    }

    private static Task<HttpResponseMessage> PostAsync(MovedConsent consent, string query, string type, string body)
    {
        var content = new StringContent(body, Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return consent.App.SendAsync(HttpMethod.Post, $"/v1/sites/test-site/imports{query}", content, consent.App.Token("consent", sites: ["test-site"]));
    }

    private static async Task<Receipt> ReceiptAsync(MovedConsent consent, int subject) =>
        DecisionRecorder.ReceiptOf(await consent.Log.LatestAsync(Receipt.Stream("test-site", subject.ToString("x32"))))!;

    private static async Task<(Decision, DateTimeOffset?)> StatusAsync(MovedConsent consent, int subject)
    {
        var decision = (await ReceiptAsync(consent, subject)).Purposes["statistics"];
        return (decision.Status, decision.ValidUntil);
    }

    private static Task<string> StateAsync(MovedConsent consent, int subject) => StateAsync(consent, subject.ToString("x32"), "statistics");

    private static async Task<string> StateAsync(MovedConsent consent, string subject, string purpose)
    {
        var answer = await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/me/state", headers: ("Consent-Subject", subject));
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["purposes"]![purpose]!["status"]!;
    }
}
