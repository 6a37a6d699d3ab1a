using System.Net;
using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Audit.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Access;

/// <summary>The looks that an auditor takes at marketing, which has them noted here before it answers.</summary>
public sealed class NoteMarketingLookTests : IDisposable
{
    private const string Route = "/v1/audit/looks";
    private const string Why = "He asks what we know of him.";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ALookAtMarketing_IsInTheVerifiableLog_AndInTheAccessLog_InTheNameOfWhoTookIt()
    {
        await using var audit = await StartAsync();
        var (token, reader) = (audit.Token("audit", Samples.Controller), Samples.OptOut().SubjectId);
        var before = (await audit.ClassesAsync()).Count(c => c == "access");

        Assert.Equal(HttpStatusCode.NoContent, (await audit.PostAsync(Route, Address(reader), token)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await audit.PostAsync(Route, Proof(reader), token)).StatusCode);
        await audit.RoundAsync();

        Assert.Equal(before + 2, (await audit.ClassesAsync()).Count(c => c == "access"));
        var told = await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/access?site={Samples.Site}", token));
        Assert.Equal(
            [("developer", "address", null, Why), ("developer", "opt-in-proof", "opt-in-1", null)],
            told["looks"]!.AsArray().Select(l => ((string?)l!["by"], (string?)l["what"], (string?)l["record"], (string?)l["reason"])));
        Assert.All(told["looks"]!.AsArray(), l => Assert.Equal(audit.Of<FollowReceipts>().KeyOf(Samples.Site, reader).ToString(), (string?)l!["subjects"]![0]));
        Assert.DoesNotContain(reader, told.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OfWhomIsRestricted_TheProofIsRefused_AndTheRefusalIsNoted()
    {
        await using var audit = await StartAsync();
        await audit.HearAsync(Samples.OptOut());
        var reader = Samples.OptOut().SubjectId;
        var restriction = new JsonObject { ["site"] = Samples.Site, ["subject"] = reader, ["ground"] = "objection-pending" };
        Assert.True((await audit.PostAsync("/v1/audit/restrictions", restriction, audit.Token("privacy-officer", Samples.Controller))).IsSuccessStatusCode);

        await ProblemOf.IsAsync(await audit.PostAsync(Route, Proof(reader), audit.Token("audit", Samples.Controller)), 403, "person-restricted");

        var told = await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/access?site={Samples.Site}", audit.Token("audit", Samples.Controller)));
        Assert.Equal("refused", (string?)told["looks"]!.AsArray()[^1]!["what"]);
    }

    [Fact]
    public async Task WhatIsNoLook_AndWhatIsNotOpenToTheCaller_IsNotNoted()
    {
        await using var audit = await StartAsync();
        var (token, reader) = (audit.Token("audit", Samples.Controller), Samples.OptOut().SubjectId);
        object[] bad =
        [
            new { }, new { site = Samples.Site, what = "sign-in", subjects = new[] { reader } }, new { site = Samples.Site, what = "address", subjects = Array.Empty<string>() },
            new { site = Samples.Site, what = "address", subjects = new[] { "els@example.com" } }, new { site = Samples.Site, what = "opt-in-proof", subjects = new[] { reader } },
        ];
        foreach (var look in bad) await ProblemOf.IsAsync(await audit.PostAsync(Route, look, token), 400, "bad-look");
        await ProblemOf.IsAsync(await audit.PostAsync(Route, Address(reader)), 401, "token-needed");
        await ProblemOf.IsAsync(await audit.PostAsync(Route, Address(reader), audit.Token("marketing operator", Samples.Controller)), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.PostAsync(Route, Address(reader), audit.Token("audit", "bakkers")), 404, "unknown-site");
        Assert.DoesNotContain(await audit.Records.FeedAsync(0, 1000), record => record.Kind == AccessNotes.Kind);
    }

    private static object Address(string subject) => new { site = Samples.Site, what = "address", subjects = new[] { subject }, reason = Why };

    private static object Proof(string subject) => new { site = Samples.Site, what = "opt-in-proof", subjects = new[] { subject }, record = "opt-in-1" };

    private async Task<AuditWithLogs> StartAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.RoundAsync();
        return audit;
    }
}
