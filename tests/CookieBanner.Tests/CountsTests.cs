using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.Contracts;
using Consent.CookieBanner.Statistics;
using Consent.ServiceDefaults;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Abstractions;
using static Consent.CookieBanner.Tests.Pages.PageSamples;
using static Consent.CookieBanner.Tests.Samples;

namespace Consent.CookieBanner.Tests;

/// <summary>What was shown, accepted, refused and chosen, per day and version, of nobody in particular.</summary>
public sealed class CountsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private readonly MovedClock _clock = new(TimeProvider.System.Now());
    private readonly Held _held = new(Versions(Declaration(), Declaration(controller: "Breihuis")));
    private RunningApp _app;

    public CountsTests() => _app = NewApp();

    private string Today => Day(_clock.At);

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _data.Dispose();
    }

    [Fact]
    public async Task What_was_counted_is_told_per_day_and_version()
    {
        foreach (var word in (string[])["shown", "shown", "shown", "accept-all", "refuse-all", "save", "withdraw"]) await CountAsync(word);
        await CountAsync("shown", version: 2);
        _clock.Pass(TimeSpan.FromDays(1));
        await CountAsync("refuse-all");

        var days = (await ReadAsync()).GetProperty("days");
        var before = Day(_clock.At.AddDays(-1));
        Assert.Equal(
            [$"{before} 1: 3 1 1 1 1", $"{before} 2: 1 0 0 0 0", $"{Today} 1: 0 0 1 0 0"],
            days.EnumerateArray().Select(Line));
    }

    [Fact]
    public async Task A_stop_loses_nothing_and_what_is_counted_afterwards_is_added()
    {
        await CountAsync("shown");
        await _app.DisposeAsync();
        _app = await NewApp().StartAsync();
        await CountAsync("shown");
        Assert.Equal([$"{Today} 1: 2 0 0 0 0"], (await ReadAsync()).GetProperty("days").EnumerateArray().Select(Line));
    }

    [Theory]
    [InlineData("seen {0}")]
    [InlineData("shown")]
    [InlineData("")]
    [InlineData("shown 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("shown {0} again")]
    [InlineData("shown {0}                                                                              ")]
    public async Task What_cannot_be_counted_is_refused_and_counts_nothing(string body)
    {
        using (var answer = await SendAsync(string.Format(CultureInfo.InvariantCulture, body, Hash(1)))) await ProblemOf.IsAsync(answer, 400, "bad-count");
        Assert.Equal(0, (await ReadAsync()).GetProperty("days").GetArrayLength());
    }

    [Fact]
    public async Task Neither_an_unknown_site_nor_a_page_of_another_site_is_counted()
    {
        using (var answer = await SendAsync($"shown {Hash(1)}", "zijde")) await ProblemOf.IsAsync(answer, 404, "unknown-site");
        using (var answer = await SendAsync($"shown {Hash(1)}", headers: ("Origin", "https://elsewhere.example"))) await ProblemOf.IsAsync(answer, 403, "foreign-origin");
        using (var answer = await SendAsync($"shown {Hash(1)}", headers: ("Origin", "https://wol.example"))) Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal([$"{Today} 1: 1 0 0 0 0"], (await ReadAsync()).GetProperty("days").EnumerateArray().Select(Line));
    }

    [Fact]
    public async Task Counts_are_for_tokens_that_open_the_site()
    {
        using (var nobody = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts")) await ProblemOf.IsAsync(nobody, 401, "token-needed");
        using (var other = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts", token: _app.Token("marketing", ["wolhuis"]))) Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
        using (var foreign = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts", token: _app.Token("consent", ["zijdehuis"]))) await ProblemOf.IsAsync(foreign, 404, "unknown-site");
    }

    [Theory]
    [InlineData(null, null, "2026-10-28", "2026-11-26")]
    [InlineData("2026-11-01", null, "2026-11-01", "2026-11-26")]
    [InlineData(null, "2025-12-31", "2025-12-02", "2025-12-31")]
    [InlineData("2025-01-01", "2026-02-04", "2025-01-01", "2026-02-04")]
    [InlineData("2026-11-26", "2026-11-26", "2026-11-26", "2026-11-26")]
    [InlineData(null, "0001-01-01", "0001-01-01", "0001-01-01")]
    [InlineData("2025-01-01", "2026-02-05", null, null)]
    [InlineData("2026-11-27", null, null, null)]
    [InlineData("2026-1-1", null, null, null)]
    [InlineData("", "", null, null)]
    public void A_period_has_both_its_ends_and_at_most_400_days(string? from, string? until, string? first, string? last)
    {
        var period = ReadCounts.PeriodOf(from, until, new DateOnly(2026, 11, 26));
        Assert.Equal((first, last), (period?.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), period?.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_period_that_is_none_is_refused()
    {
        using var answer = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts?from=yesterday", token: _app.Token("consent", ["wolhuis"]));
        await ProblemOf.IsAsync(answer, 400, "bad-period");
    }

    [Fact]
    public async Task What_the_store_does_not_take_is_kept_and_offered_again()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "cookie-banner");
        await File.WriteAllTextAsync(file, "in the way");
        using var store = CountStore.InFile(Path.Combine(file, "counts.db"));
        using var counts = new GatherCounts(store, _clock, NullLogger<GatherCounts>.Instance);
        Assert.True(counts.TryCount("wol", Today, 1, "shown"));
        await Assert.ThrowsAsync<CountsUnavailableException>(() => counts.FlushAsync(CancellationToken.None));
        Assert.True(counts.TryCount("wol", Today, 1, "shown"));
        File.Delete(file);
        Directory.CreateDirectory(file);
        await counts.FlushAsync(CancellationToken.None);
        await counts.FlushAsync(CancellationToken.None);
        Assert.Equal(2, Assert.Single(await store.ReadAsync("wol", Today, Today, CancellationToken.None)).Shown);
    }

    [Fact]
    public async Task When_the_store_cannot_be_reached_the_owner_reads_503_and_pages_go_on_counting()
    {
        Directory.CreateDirectory(Path.Combine(_data.Path, CookieBannerSetup.Service, "counts.db"));
        await CountAsync("shown");
        using (var answer = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts", token: _app.Token("consent", ["wolhuis"]))) await ProblemOf.IsAsync(answer, 503, "unavailable");
        await CountAsync("shown");
        Directory.Delete(Path.Combine(_data.Path, CookieBannerSetup.Service, "counts.db"));
        Assert.Equal([$"{Today} 1: 2 0 0 0 0"], (await ReadAsync()).GetProperty("days").EnumerateArray().Select(Line));
    }

    [Fact]
    public async Task On_PostgreSQL_replicas_add_to_the_same_sums()
    {
        await using var server = await PostgresServer.StartAsync();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:Engine"] = "postgres",
            ["Storage:Postgres"] = await server.CreateDatabaseAsync(),
        }).Build();
        using (var one = CountStore.Of(settings, CookieBannerSetup.Service)) await one.AddAsync([("wol", new DayCount(Today, 1, Shown: 1))], CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async replica =>
        {
            using var store = CountStore.Of(settings, CookieBannerSetup.Service);
            for (var i = 0; i < 10; i++)
                await store.AddAsync([("wol", new DayCount(Today, 1, Shown: 1)), ("garen", new DayCount(Today, 2, Refused: 1, Withdrawn: replica))], CancellationToken.None);
        }));
        using var reader = CountStore.Of(settings, CookieBannerSetup.Service);
        Assert.Equal(new DayCount(Today, 1, Shown: 81), Assert.Single(await reader.ReadAsync("wol", Today, Today, CancellationToken.None)));
        Assert.Equal(new DayCount(Today, 2, Refused: 80, Withdrawn: 280), Assert.Single(await reader.ReadAsync("garen", Today, Today, CancellationToken.None)));
    }

    [Fact]
    public async Task Beside_logs_in_Cosmos_DB_sums_lie_in_PostgreSQL_where_it_is_given_and_else_in_the_file()
    {
        await using var server = await PostgresServer.StartAsync();
        var file = Path.Combine(_data.Path, CookieBannerSetup.Service, "counts.db");
        var database = await server.CreateDatabaseAsync();
        using (var shared = CountStore.Of(Cosmos(("Storage:Postgres", database)), CookieBannerSetup.Service))
        {
            await shared.AddAsync([("wol", new DayCount(Today, 1, Shown: 1))], CancellationToken.None);
            using var other = CountStore.Of(Cosmos(("Storage:Postgres", database)), CookieBannerSetup.Service);
            Assert.Equal(1, Assert.Single(await other.ReadAsync("wol", Today, Today, CancellationToken.None)).Shown);
            Assert.False(File.Exists(file));
        }

        using var alone = CountStore.Of(Cosmos(), CookieBannerSetup.Service);
        await alone.AddAsync([("wol", new DayCount(Today, 1, Refused: 2))], CancellationToken.None);
        Assert.Equal(2, Assert.Single(await alone.ReadAsync("wol", Today, Today, CancellationToken.None)).Refused);
        Assert.True(File.Exists(file));

        IConfiguration Cosmos(params (string Name, string Value)[] more) => new ConfigurationBuilder()
            .AddInMemoryCollection([new("Data", _data.Path), new("Storage:Engine", "cosmos"), .. more.Select(m => new KeyValuePair<string, string?>(m.Name, m.Value))]).Build();
    }

    [Fact]
    public void A_database_that_is_not_named_is_refused_and_no_file_taken_in_its_place()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("Data", _data.Path), new("Storage:Engine", "postgres")]).Build();
        var refused = Assert.Throws<InvalidOperationException>(() => CountStore.Of(settings, CookieBannerSetup.Service));
        Assert.Contains("Storage:Postgres", refused.Message, StringComparison.Ordinal);
    }

    private RunningApp NewApp() => new(
        builder =>
        {
            builder.Services.AddKeyedSingleton<IDeclarations>(CookieBannerSetup.Service, _held);
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock));
            builder.AddCounts();
        },
        app => app.MapCookieBanner(), _data.Path);

    private string Hash(int version) => _held.History.ByVersion(version)!.Hash;

    private Task<HttpResponseMessage> SendAsync(string body, string site = "wol", params (string Name, string Value)[] headers) =>
        _app.SendAsync(HttpMethod.Post, $"/banner/{site}/count", new StringContent(body), headers: headers);

    private async Task CountAsync(string word, int version = 1)
    {
        using var answer = await SendAsync($"{word} {Hash(version)}");
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    private async Task<JsonElement> ReadAsync()
    {
        using var answer = await _app.SendAsync(HttpMethod.Get, "/banner/wol/counts", token: _app.Token("consent", ["wolhuis"]));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Line(JsonElement day) =>
        $"{day.GetProperty("day").GetString()} {day.GetProperty("version")}: "
        + string.Join(' ', ((string[])["shown", "accepted", "refused", "chosen", "withdrawn"]).Select(name => day.GetProperty(name).GetInt64()));

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
