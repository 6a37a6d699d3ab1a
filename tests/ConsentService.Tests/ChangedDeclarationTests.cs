using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;
using Consent.Tests.Support;

namespace Consent.ConsentService.Tests;

/// <summary>What a new version of a declaration does to those who decided before; and what the site said when.</summary>
public sealed class ChangedDeclarationTests
{
    private static readonly Declaration _first = TestSite.Declaration();
    private static readonly string _hash = PublishedDeclaration.HashOf(_first);

    [Fact]
    public async Task ChangedPurpose_IsAskedAgainOfThoseWhoHadGiven_ARefusalStands_ANewPurposeIsAskedOnce()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        await consent.DecidedAsync(new { subjectId = TestSite.Visitor, purposes = new { statistics = true, media = false }, declaration = _hash });

        var answer = await consent.PublishAsync(_first.With("statistics", Wider).With("media", Wider) with
        {
            Purposes = [.. _first.With("statistics", Wider).With("media", Wider).Purposes, TestSite.Purpose("maps", LegalBasis.Consent)],
        });

        Assert.Equal("ask-again", await consent.StatusAsync("statistics"));
        Assert.Equal("refused", await consent.StatusAsync("media"));
        Assert.Equal("never-asked", await consent.StatusAsync("maps"));
        var difference = answer["difference"]!;
        Assert.Equal(["statistics", "media"], difference["askAgain"]!.AsArray().Select(p => (string)p!));
        Assert.Equal(["maps"], difference["askNew"]!.AsArray().Select(p => (string)p!));
        consent.Clock.At = Term.SixMonths.After(TestSite.Noon);
        Assert.Equal("expired", await consent.StatusAsync("media"));
    }

    [Fact]
    public async Task SpellingCorrection_AsksNobody()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        await consent.DecidedAsync(new { subjectId = TestSite.Visitor, purposes = new { statistics = true }, declaration = _hash });

        var answer = await consent.PublishAsync(_first.With("statistics", p => p with { Description = SampleDeclaration.Text("Waarvoor statistcis.", "What statistics is for") }));

        Assert.Empty(answer["difference"]!["askAgain"]!.AsArray());
        Assert.Equal("description", (string)answer["difference"]!["changes"]![0]!["members"]![0]!);
        Assert.Equal("given", await consent.StatusAsync("statistics"));
    }

    [Fact]
    public async Task VersionPublishedAhead_TakesEffectOnItsDay_WithNothingSent()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        await consent.DecidedAsync(new { subjectId = TestSite.Visitor, purposes = new { statistics = true }, declaration = _hash });
        var day = DateOnly.FromDateTime(TestSite.Noon.UtcDateTime).AddDays(7);
        await consent.PublishAsync(_first.With("statistics", Wider) with { EffectiveFrom = day });
        var midnight = new DateTimeOffset(day.ToDateTime(default), TimeSpan.Zero);

        consent.Clock.At = midnight.AddMilliseconds(-1);
        Assert.Equal(("given", 1), (await consent.StatusAsync("statistics"), await VersionAsync(consent, "")));
        consent.Clock.At = midnight;
        Assert.Equal(("ask-again", 2), (await consent.StatusAsync("statistics"), await VersionAsync(consent, "")));
        Assert.Equal(1, await VersionAsync(consent, $"?at={midnight.AddSeconds(-1):yyyy-MM-dd'T'HH:mm:ss'Z'}"));
    }

    [Fact]
    public async Task State_AsOfAMoment_IsWhatWasKnownThen()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        await consent.DecidedAsync(consent.Statistics(_hash, true));
        consent.Clock.At = TestSite.Noon.AddDays(10);
        await consent.DecidedAsync(consent.Statistics(_hash, false));
        consent.Clock.At = TestSite.Noon.AddDays(20);
        await consent.PublishAsync(_first.With("statistics", Wider));
        consent.Clock.At = TestSite.Noon.AddYears(1);

        Assert.Equal("expired", await consent.StatusAsync("statistics"));
        Assert.Equal("withdrawn", await consent.StatusAsync("statistics", At(TestSite.Noon.AddDays(10))));
        Assert.Equal("given", await consent.StatusAsync("statistics", At(TestSite.Noon.AddDays(10).AddMilliseconds(-1))));
        Assert.Equal("given", await consent.StatusAsync("statistics", At(TestSite.Noon)));
        Assert.Equal("given", await consent.StatusAsync("statistics", "2026-06-03"));
        Assert.Equal("given", await consent.StatusAsync("statistics", "2026-06-03T14:30:00%2B02:00"));
        var token = consent.App.Token("admin");
        foreach (var (at, status, slug) in new[] { ("yesterday", 400, "malformed-time"), ("2026-13-01", 400, "malformed-time"), ("2026-05-24T12:00:00", 400, "malformed-time"), ("2999-01-01", 400, "time-to-come"), ("2026-01-01", 404, "unknown-declaration") })
            await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/subjects/{TestSite.Visitor}/state?at={at}", token: token), status, slug);
    }

    [Fact]
    public async Task WhatTheSiteSaid_IsFoundByHashVersionAndDate_AndItsTextInEachLanguage()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        consent.Clock.At = TestSite.Noon.AddDays(1);
        var second = await consent.PublishAsync(_first.With("statistics", Wider));

        Assert.Equal(2, await VersionAsync(consent, ""));
        Assert.Equal(1, await VersionAsync(consent, $"?version={_hash}"));
        Assert.Equal(1, await VersionAsync(consent, "?at=2026-06-03"));
        Assert.Equal(2, await VersionAsync(consent, "?at=2026-06-04"));
        foreach (var (query, status, slug) in new[] { ("?at=2026-06-02", 404, "unknown-declaration"), ("?at=never", 400, "malformed-time"), ("?version=9", 404, "unknown-declaration"), ("?version=1&at=2026-06-03", 400, "two-questions") })
            await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/declaration{query}"), status, slug);

        var notice = await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/notices/{_hash}?language=en");
        var text = (await notice.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal(("en", _hash, "What statistics is for"), ((string)text["language"]!, (string)text["hash"]!, (string)text["purposes"]![0]!["description"]!));
        Assert.Contains("immutable", notice.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/notices/{_hash}?language=de"), 404, "unknown-language");
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/notices/{new string('0', 64)}"), 404, "unknown-declaration");
        var again = await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/declaration", headers: ("If-None-Match", $"\"{second["hash"]}\""));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Difference_OfADraft_IsToldAndNothingIsStored_AndOfTwoVersionsIsPublic()
    {
        await using var consent = await MovedConsent.StartAsync(_first);
        var draft = await consent.App.SendAsync(HttpMethod.Post, "/v1/sites/test-site/declaration/difference", _first.With("statistics", Wider), consent.App.Token("admin"));
        Assert.Equal(["statistics"], (await draft.Content.ReadFromJsonAsync<JsonObject>())!["askAgain"]!.AsArray().Select(p => (string)p!));
        Assert.Equal(1, await VersionAsync(consent, ""));

        await consent.PublishAsync(_first with { Purposes = [.. _first.Purposes.Where(p => p.Id != "media")] });
        var published = (await (await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/declaration/difference")).Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.Equal((1, 2), ((int)published["from"]!, (int)published["to"]!));
        Assert.Equal(("purposes", "media", "removed"), ((string)published["changes"]![0]!["list"]!, (string)published["changes"]![0]!["id"]!, (string)published["changes"]![0]!["what"]!));
        await ProblemOf.IsAsync(await consent.App.SendAsync(HttpMethod.Get, "/v1/sites/test-site/declaration/difference?from=8"), 404, "unknown-declaration");
    }

    private static Purpose Wider(Purpose purpose) => purpose with { Retention = purpose.Retention with { Trigger = "account-closed" } };

    private static string At(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<int> VersionAsync(MovedConsent consent, string query) =>
        (int)(await (await consent.App.SendAsync(HttpMethod.Get, $"/v1/sites/test-site/declaration{query}")).Content.ReadFromJsonAsync<JsonObject>())!["version"]!;
}
