using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Consent.ConsentService;
using Consent.Contracts;
using Consent.Load;
using Consent.MarketingUnsubscribe;
using Consent.Tests.Support;
using Consent.UnsubscribeLinks;
using Microsoft.Data.Sqlite;

namespace Consent.Benchmarks;

/// <summary>
/// What marketing asks of its service: links, one-click, "may I send?", and that an opt-out is soon everywhere. A marketing and a consent
/// service which both hold that many readers are subscribed, and as many opted out.
/// </summary>
internal static class Marketing
{
    public const string Site = "bench-letters", Topic = "news";
    private const string Echo = "echo", OneClick = "one-click, SQLite";
    private const int Connections = 256;

    /// <summary>Links minted beforehand for each second of one-click at full speed.</summary>
    private const double EachSecond = 10_000;

    public static Declaration Declared { get; } = SampleDeclaration.Of(
        Site, "bench-house", [SampleDeclaration.Purpose("newsletter")], [SampleDeclaration.Topic(Topic, "newsletter")]);

    /// <summary>In the one spelling, and each as long as the others.</summary>
    public static string AddressOf(string visitor) => $"reader-{visitor}@example.org";

    public static async Task<List<Figure>> MeasureAsync(Plan plan, Servers servers, string folder)
    {
        var (data, readers) = (Path.Combine(folder, "marketing"), Visitors.Fresh());
        await FilledMarketing.MakeAsync(data, readers, plan.Readers, Declared.Published(TimeProvider.System.GetUtcNow()));
        var consent = await servers.ConsentAsync("consent-marketing", data);
        await servers.DeclareAsync(consent, Declared);
        var (first, second) = (servers.MarketingAsync(data), servers.SubscribersAsync(Path.Combine(data, "subscribers"), OptOutTravel.Subscriber));
        var (marketing, subscriber) = (await first, await second);
        await LoadedAsync(subscriber);
        using var http = servers.Client(marketing);
        var key = await KeyAsync(http);
        var links = new Links(key, marketing.Address);
        var minted = links.Mint((int)(OptOutTravel.Needs(plan) + ((plan.Rounds + 1) * plan.Each.TotalSeconds * EachSecond)));
        var travel = await new OptOutTravel(marketing, consent, subscriber, links, FilledMarketing.AddressesIn(data), SettledAsync).MeasureAsync(plan);
        // From here on nobody hears of opt-outs, as nobody hears of decisions in the other parts.
        await subscriber.StopAsync();
        await consent.StopAsync();
        await servers.ForgetAsync($"{ConsentSetup.Service}-{MarketingUnsubscribed.Kind}");
        var oneClick = await OneClickAsync(plan, servers, marketing, links, data);
        await CheckMany.ExpectSuppressedAsync(http, links.AddressOf, links.Pressed);
        var badLinks = await BadLinks.MeasureAsync(plan, marketing, key);
        var checks = await CheckMany.MeasureAsync(plan, servers, marketing, readers);
        await marketing.StopAsync();
        return [new("opt-out links minted a second, offline", minted, 20_000, true, "", "one thread, with both headers"), oneClick, badLinks, .. checks, travel];

        async Task SettledAsync()
        {
            await PublishedAsync(data);
            await servers.DrainedAsync();
        }
    }

    private static async Task<Figure> OneClickAsync(Plan plan, Servers servers, ServiceProcess marketing, Links links, string data)
    {
        var echo = await servers.CompareAsync("echo");
        var rounds = new Rounds(plan.Rounds, plan.Each);
        await rounds.RunAsync(
            [
                new Contender(Echo, echo, new Asked(echo.Address, Template.Post("/", Servers.DecisionBody), Visitors.Fresh(), () => 0, 200)),
                new Contender(OneClick, marketing, links.Pressing(), () => PublishedAsync(data)),
            ],
            Connections);
        await echo.StopAsync();
        var late = links.Late > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {links.Late:n0} links were minted under way") : "";
        return new("one-click, durable, SQLite FULL, against the echo", rounds.Rate(OneClick, Echo, Connections), 0.4, true, "", $"{Connections} connections, each press another link{late}");
    }

    /// <summary>Until marketing's relay has published all that its log holds.</summary>
    private static Task PublishedAsync(string data) => Eventually.IsSoAsync("all opt-outs are published", async () =>
    {
        var file = new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, MarketingUnsubscribeSetup.Service, "log.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        await using var log = new SqliteConnection(file.ToString());
        await log.OpenAsync();
        await using var command = log.CreateCommand();
        command.CommandText = "SELECT (SELECT position FROM cursor WHERE name = 'relay') >= (SELECT max(position) FROM record)";
        return await command.ExecuteScalarAsync() is 1L;
    }, TimeSpan.FromMinutes(5));

    private static async Task LoadedAsync(ServiceProcess subscriber)
    {
        using var http = new HttpClient { BaseAddress = subscriber.Address };
        await Eventually.IsSoAsync("the subscriber is loaded", async () => await http.GetStringAsync($"/loaded/{OptOutTravel.Subscriber}") == "yes", TimeSpan.FromMinutes(20));
    }

    /// <summary>As a mailer gets it.</summary>
    private static async Task<LinkKey> KeyAsync(HttpClient http)
    {
        using var answer = await http.PostAsync($"/v1/sites/{Site}/marketing/link-key", null);
        answer.EnsureSuccessStatusCode();
        return LinkKey.Parse((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!);
    }
}
