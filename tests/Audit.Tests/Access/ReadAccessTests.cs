using System.Text.Json.Nodes;
using Consent.Audit.Tests.Logs;
using Consent.Audit.Tests.Timelines;
using Consent.Audit.Timelines;
using Consent.Tests.Support;

namespace Consent.Audit.Tests.Access;

/// <summary>The auditors' own access log, and the reason that an address takes.</summary>
public sealed class ReadAccessTests : IAsyncLifetime
{
    private const string Visitor = "0123456789abcdef0123456789abcdef";
    private const string Why = "He asks what we know of him.";
    private const string Log = $"/v1/audit/access?site={Samples.Site}";
    private readonly TemporaryFolder _folder = new();
    private StandInMarketing _marketing = null!;
    private AuditWithLogs _audit = null!;

    public async ValueTask InitializeAsync()
    {
        _marketing = await StandInMarketing.StartAsync();
        _audit = await AuditWithLogs.StartAsync(_folder, ("Audit:Marketing", _marketing.Url));
        await _audit.HearAsync(Samples.Publication());
        await _audit.HearAsync(TimelineTests.Decided("one", 1, Samples.Noon));
        await _audit.RoundAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _audit.DisposeAsync();
        await _marketing.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Looks_AreToldToTheControllersAuditors_WithTheirReasons_AndPersonsAsKeyedHashes()
    {
        await AskAsync(Why);
        await _audit.GetAsync("/v1/audit/trace/one", Token());
        await _audit.GetAsync($"/v1/audit/subjects/{Visitor}/timeline?site={Samples.Site}", Token());

        foreach (var scope in (string[])["audit", "privacy-officer"])
        {
            var told = await ToldAsync(Log, _audit.Token(scope, Samples.Controller));
            Assert.Equal(
                [("timeline", Why, null), ("trace", null, "one"), ("timeline", null, null)],
                told["looks"]!.AsArray().Select(l => ((string?)l!["what"], (string?)l["reason"], (string?)l["record"])));
            Assert.All(told["looks"]!.AsArray(), l => Assert.Equal(("developer", Samples.Site, Samples.Controller), ((string?)l!["by"], (string?)l["site"], (string?)l["controller"])));
            Assert.Equal(_audit.Of<FollowReceipts>().KeyOf(Samples.Site, Visitor).ToString(), (string?)told["looks"]![2]!["subjects"]![0]);
            Assert.DoesNotContain(Visitor, told.ToJsonString(), StringComparison.Ordinal);
            Assert.DoesNotContain(StandInMarketing.Address, told.ToJsonString(), StringComparison.Ordinal);
        }

        Assert.Empty((await ToldAsync("/v1/audit/access", _audit.Token("audit", "bakkers")))["looks"]!.AsArray());
        await ProblemOf.IsAsync(await _audit.GetAsync(Log, _audit.Token("audit", "bakkers")), 404, "unknown-site");
        await ProblemOf.IsAsync(await _audit.GetAsync(Log, _audit.Token("operator", Samples.Controller)), 403, "scope-needed");
    }

    [Fact]
    public async Task Looks_AreFoundByMoment_AndPageByPage()
    {
        for (var i = 0; i < 3; i++)
        {
            await AskAsync($"{Why} {i}");
            _audit.Clock.Pass(TimeSpan.FromHours(1));
        }

        var (reasons, after, more) = (new List<string?>(), 0L, true);
        while (more)
        {
            var page = await ToldAsync($"{Log}&limit=1&after={after}", Token());
            reasons.AddRange(ReasonsOf(page));
            (after, more) = ((long)page["next"]!, (bool)page["more"]!);
        }

        Assert.Equal([$"{Why} 0", $"{Why} 1", $"{Why} 2"], reasons);
        var behind = await ToldAsync($"{Log}&after={long.MaxValue}", Token());
        Assert.Equal((0, false), (behind["looks"]!.AsArray().Count, (bool)behind["more"]!));
        var (second, third) = (Moment(-2), Moment(-1));
        Assert.Equal([$"{Why} 1"], ReasonsOf(await ToldAsync($"{Log}&from={second}&until={third}", Token())));
        foreach (var bad in (string[])[$"from={third}&until={second}", "limit=0", "limit=501", "after=-1"]) await ProblemOf.IsAsync(await _audit.GetAsync($"{Log}&{bad}", Token()), 400, "bad-range");

        string Moment(int hours) => _audit.Clock.At.AddHours(hours).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", global::System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("because")]
    public async Task AnAddress_IsLookedUpForNobodyWhoDoesNotSayWhy(string? reason)
    {
        var was = new { site = Samples.Site, address = StandInMarketing.Address, purpose = "statistics", at = Samples.Noon, reason };
        foreach (var scope in (string[])["audit", "privacy-officer", "admin"])
        {
            var token = _audit.Token(scope, Samples.Controller);
            await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, address = StandInMarketing.Address, reason }, token), 403, "reason-required");
            await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/was-in-force", was, token), 403, "reason-required");
        }

        Assert.Null(_marketing.Token);
        Assert.Empty((await ToldAsync(Log, Token()))["looks"]!.AsArray());
        // Another controller's site is as if it were not there, with a reason and without.
        await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, address = StandInMarketing.Address, reason }, _audit.Token("audit", "bakkers")), 404, "unknown-site");
    }

    [Fact]
    public async Task AToken_ThatMarketingFindsOver_IsToldSo()
    {
        _marketing.Status = 401;
        var question = new { site = Samples.Site, address = StandInMarketing.Address, reason = Why };
        await ProblemOf.IsAsync(await _audit.PostAsync("/v1/audit/timeline", question, Token()), 401, "token-over");
    }

    private string Token() => _audit.Token("audit", Samples.Controller);

    private async Task AskAsync(string reason) =>
        await TimelineTests.ReadAsync(await _audit.PostAsync("/v1/audit/timeline", new { site = Samples.Site, address = StandInMarketing.Address, reason }, Token()));

    private async Task<JsonObject> ToldAsync(string path, string token) => await TimelineTests.ReadAsync(await _audit.GetAsync(path, token));

    private static IEnumerable<string?> ReasonsOf(JsonObject page) => page["looks"]!.AsArray().Select(l => (string?)l!["reason"]);
}
