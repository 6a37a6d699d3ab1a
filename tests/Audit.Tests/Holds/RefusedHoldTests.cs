using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Holds;

public sealed class RefusedHoldTests : IDisposable
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("legal-claims", 0, Visitor, 422, "bad-end")]
    [InlineData("legal-claims", -1, Visitor, 422, "bad-end")]
    [InlineData("legal-claims", (5 * 366) + 1, Visitor, 422, "bad-end")]
    [InlineData("because", 1, Visitor, 422, "unknown-ground")]
    [InlineData("accuracy-contested", 1, Visitor, 422, "unknown-ground")]
    [InlineData("legal-claims", 1, "fedcba9876543210fedcba9876543210", 404, "unknown-person")]
    [InlineData("legal-claims", 1, "els@example.com", 400, "subject-id")]
    [InlineData("legal-claims", 1, null, 400, "person-needed")]
    public async Task AHold_ThatTheLawOrTheLogKnowsNothingOf_IsRefused_AndNothingIsNoted(string ground, int days, string? subject, int status, string slug)
    {
        await using var audit = await StartAsync();
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/holds", new { site = Samples.Site, subject, ground, until = audit.Clock.At.AddDays(days) }, audit.Token("privacy-officer", Samples.Controller)), status, slug);
        Assert.Empty(await PlacedAsync(audit, "holds"));
    }

    [Theory]
    [InlineData("legal-claims", Visitor, 422, "unknown-ground")]
    [InlineData(null, Visitor, 422, "unknown-ground")]
    [InlineData("objection-pending", "fedcba9876543210fedcba9876543210", 404, "unknown-person")]
    public async Task ARestriction_ThatTheLawOrTheLogKnowsNothingOf_IsRefused(string? ground, string subject, int status, string slug)
    {
        await using var audit = await StartAsync();
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/restrictions", new { site = Samples.Site, subject, ground }, audit.Token("privacy-officer", Samples.Controller)), status, slug);
        Assert.Empty(await PlacedAsync(audit, "restrictions"));
    }

    [Fact]
    public async Task WhatIsAnotherControllers_IsAnsweredAsWhatIsNotThere_AndAnAuditorMayNoneOfIt()
    {
        await using var audit = await StartAsync();
        var body = new { site = Samples.Site, subject = Visitor, ground = "legal-claims", until = audit.Clock.At.AddDays(1) };
        var (officer, foreign, auditor) = (audit.Token("privacy-officer", Samples.Controller), audit.Token("privacy-officer", "bakkers"), audit.Token("audit", Samples.Controller));
        var id = (string?)(await TimelineTests.ReadAsync(await audit.PostAsync("/v1/audit/holds", body, officer)))["id"];

        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/holds", body, foreign), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync($"/v1/audit/holds?site={Samples.Site}", foreign), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/holds?site=nowhere", officer), 404, "unknown-site");
        await ProblemOf.IsAsync(await audit.GetAsync("/v1/audit/holds", officer), 400, "site-needed");
        await ProblemOf.IsAsync(await audit.DeleteAsync($"/v1/audit/holds/{id}", foreign), 404, "unknown-hold");
        await ProblemOf.IsAsync(await audit.DeleteAsync("/v1/audit/holds/0123", officer), 404, "unknown-hold");
        // A hold is no restriction.
        await ProblemOf.IsAsync(await audit.DeleteAsync($"/v1/audit/restrictions/{id}", officer), 404, "unknown-hold");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/holds", body, auditor), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.GetAsync($"/v1/audit/holds?site={Samples.Site}", auditor), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.DeleteAsync($"/v1/audit/holds/{id}", auditor), 403, "scope-needed");
        await ProblemOf.IsAsync(await audit.PostAsync("/v1/audit/trace", new { id = "first", reason = "A claim before the court." }, auditor), 403, "scope-needed");
        Assert.Equal("in-force", (string?)Assert.Single(await PlacedAsync(audit, "holds"))!["state"]);
        // Lifted twice it is the same.
        for (var times = 0; times < 2; times++) Assert.Equal("lifted", (string?)(await TimelineTests.ReadAsync(await audit.DeleteAsync($"/v1/audit/holds/{id}", officer)))["state"]);
    }

    private static async Task<JsonArray> PlacedAsync(AuditWithLogs audit, string what) =>
        (await TimelineTests.ReadAsync(await audit.GetAsync($"/v1/audit/{what}?site={Samples.Site}", audit.Token("privacy-officer", Samples.Controller))))["placed"]!.AsArray();

    private async Task<AuditWithLogs> StartAsync()
    {
        var audit = await AuditWithLogs.StartAsync(_folder);
        await audit.HearAsync(Samples.Publication());
        await audit.HearAsync(TimelineTests.Decided("first", 1, Samples.Noon));
        return audit;
    }
}
