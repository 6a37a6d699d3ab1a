using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>What remains readable of an erased person: nothing, in no file, no line and no backup.</summary>
public sealed class ErasedEverywhereTests
{
    private const string Reason = "A data subject asks what became of his data.";
    private const string Ground = "legal-claims";

    private static DateTimeOffset Until => TimeProvider.System.GetUtcNow().AddDays(30);

    [Fact]
    public async Task After_an_erasure_no_file_no_line_and_no_backup_holds_the_address_or_the_visitor_in_any_dress()
    {
        await using var mail = new MailSink();
        await using var product = new OneProcess();
        foreach (var (name, value) in mail.Settings) product.Settings[name] = value;
        await product.StartAsync();
        var (site, visitor, address) = (new Site(product, "koppelhuis"), Contracts.RandomId.New(), $"Zeldzaam.{Contracts.RandomId.New()[..12]}@voorbeeld.example");
        var search = new IdentifierSearch(visitor, address);

        var receipts = await LiveAsync(product, site, mail, visitor, address);
        using var backup = new TemporaryFolder();
        var copies = backup.File("copies");
        DataBackup.Take(product.Data, copies);
        // The search finds both where they stand in clear: in the mail that was sent, and at a subscriber.
        Assert.NotEmpty(search.In("the mail", mail.Taken[^1].Text));
        Assert.NotEmpty(Directory.GetFiles(product.Data, "subscriber.db*", SearchOption.AllDirectories).SelectMany(file => search.In(Path.GetFileName(file), File.ReadAllBytes(file))));

        await EraseAsync(product, site, visitor, address);
        await ForgottenAsync(product, site, visitor, address, receipts);
        // Without the tidying up of a stop that was asked for.
        await product.Processes[0].Kill9Async();

        Assert.Empty(search.InFolder(product.Data));
        Assert.Empty(search.In("what was logged", product.Output));
        // Webhooks and connectors hold what they still have to send, with ids in clear: README.md of tools/cli says how long to keep their copies.
        foreach (var service in Directory.GetDirectories(copies).Where(d => Path.GetFileName(d) is not ("webhooks" or "connectors"))) Assert.Empty(search.InFolder(service));
    }

    [Fact]
    public async Task Who_was_held_is_found_nowhere_after_the_hold_was_lifted_and_not_again_after_a_backup_of_before_the_hold_came_back()
    {
        await using var mail = new MailSink();
        await using var product = new OneProcess();
        foreach (var (name, value) in mail.Settings) product.Settings[name] = value;
        await product.StartAsync();
        var (site, visitor, address) = (new Site(product, "koppelhuis"), Contracts.RandomId.New(), $"Zeldzaam.{Contracts.RandomId.New()[..12]}@voorbeeld.example");
        var search = new IdentifierSearch(visitor, address);
        var receipts = await LiveAsync(product, site, mail, visitor, address);
        using var backup = new TemporaryFolder();
        var copies = backup.File("copies");
        DataBackup.Take(product.Data, copies);
        // They hold ids in clear of what they had to send, and are kept no longer than an erasure may take: see above.
        foreach (var service in (string[])["webhooks", "connectors"]) if (Directory.Exists(Path.Combine(copies, service))) Directory.Delete(Path.Combine(copies, service), recursive: true);

        string[] holds = [await HoldAsync(product, new { site = site.Id, subject = visitor, ground = Ground, until = Until }), await HoldAsync(product, new { site = site.Id, address, ground = Ground, until = Until })];
        await EraseAsync(product, site, visitor, address);
        await Eventually.IsSoAsync("the erasure of both waits for the end of a hold", async () => (await HoldsAsync(product, site)).All(h => (int)h!["erasuresWaiting"]! > 0));
        using var kept = await product.Client("privacy-officer").PostAsJsonAsync("/v1/audit/trace", new { id = receipts[0], reason = Reason });
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        foreach (var hold in holds)
        {
            using var lifted = await product.Client("privacy-officer").DeleteAsync(new Uri($"/v1/audit/holds/{hold}", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, lifted.StatusCode);
        }

        await ForgottenAsync(product, site, visitor, address, receipts);
        await product.Processes[0].Kill9Async();
        Assert.Empty(search.InFolder(product.Data));

        // The keys, and what is kept outside of the data, stay those of now.
        DataBackup.Restore(copies, product.Data, TimeProvider.System);
        await product.StartAsync();
        foreach (var id in receipts) Assert.Null(await site.TraceAsync(id));
        await Eventually.IsSoAsync("nothing is told of the visitor", async () => (await TimelineAsync(product, new { site = site.Id, subject = visitor })).Count == 0);
        var after = await HoldsAsync(product, site);
        Assert.Equal(holds.Order(StringComparer.Ordinal), after.Select(h => (string)h!["id"]!).Order(StringComparer.Ordinal));
        Assert.All(after, h => Assert.Equal(("lifted", 0), ((string)h!["state"]!, (int)h["erasuresWaiting"]!)));
        await product.Processes[0].Kill9Async();

        Assert.Empty(search.InFolder(product.Data));
        Assert.Empty(search.In("what was logged", product.Output));
    }

    /// <returns>Ids of the receipts of both, each of which audit holds.</returns>
    internal static async Task<List<string>> LiveAsync(Product product, Site site, MailSink mail, string visitor, string address)
    {
        var http = product.Client();
        using var asked = await http.PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/subscriptions", new { address, topic = await site.TopicAsync(), source = "form" });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await Eventually.IsSoAsync("the mail was sent", () => Task.FromResult(mail.Taken.Any(m => m.To.Contains(address, StringComparer.OrdinalIgnoreCase))));
        await http.PressAsync(mail.LinkTo(address, "/c/"));
        await Eventually.IsSoAsync("who opted in may be mailed", async () => await site.MaySendAsync(address) == (true, "opted-in"));
        await site.OneClickAsync(await site.LinkAsync(address));
        var ids = new List<string>();
        foreach (var held in (long[])[0, 1])
        {
            ids.Add((string)(await site.DecideAsync(visitor, statistics: held == 0, heldVersion: held))["id"]!);
            await site.TracedAsync(ids[^1], "newsletter", "analytics");
        }

        JsonArray events = [];
        await Eventually.IsSoAsync("the auditor sees the opt-out and its receipt", async () =>
        {
            events = await TimelineAsync(product, new { site = site.Id, address, reason = Reason });
            return events.Any(e => (string?)e!["what"] == "opt-out") && events.Any(e => (string?)e!["what"] == "receipt" && (string?)e["action"] == "one-click-unsubscribe");
        }, null, () => events.ToJsonString());
        Assert.Equal(2, (await TimelineAsync(product, new { site = site.Id, subject = visitor })).Count);
        return [.. ids, .. events.Where(e => (string?)e!["what"] == "receipt").Select(e => (string)e!["id"]!)];
    }

    internal static async Task EraseAsync(Product product, Site site, string visitor, string address)
    {
        using var ofVisitor = await product.Client("consent").DeleteAsync(new Uri($"/v1/sites/{site.Id}/subjects/{visitor}", UriKind.Relative));
        using var ofAddress = await product.Client("marketing").PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/erasures", new { address });
        Assert.All([ofVisitor, ofAddress], answer => Assert.True(answer.IsSuccessStatusCode));
    }

    /// <summary>Nobody tells anything of them, and every subscriber has said that it applied all that was told.</summary>
    internal static async Task ForgottenAsync(Product product, Site site, string visitor, string address, IReadOnlyList<string> receipts)
    {
        foreach (var id in receipts) await Eventually.IsSoAsync("audit has forgotten a receipt", async () => await site.TraceAsync(id) is null);
        await Eventually.IsSoAsync("audit tells of the address that it was erased, and nothing else", async () =>
            (await TimelineAsync(product, new { site = site.Id, address, reason = Reason })).All(e => (string?)e!["what"] == "erased"));
        Assert.Empty(await TimelineAsync(product, new { site = site.Id, subject = visitor }));
        var looker = product.Client("operator");
        foreach (var source in (string[])["consent", "marketing-unsubscribe"])
        {
            JsonNode? standing = null;
            await Eventually.IsSoAsync($"everybody has applied all of {source}", async () =>
            {
                standing = await looker.GetFromJsonAsync<JsonNode>(new Uri($"/v1/deliveries/{source}", UriKind.Relative));
                return standing!["subscribers"]!.AsArray().All(s => (long)s!["open"]! == 0);
            }, TimeSpan.FromSeconds(120), () => standing?.ToJsonString() ?? "nothing");
        }
    }

    /// <returns>The id of the hold.</returns>
    private static async Task<string> HoldAsync(Product product, object person)
    {
        using var answer = await product.Client("privacy-officer").PostAsJsonAsync("/v1/audit/holds", person);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<JsonArray> HoldsAsync(Product product, Site site) =>
        (await product.Client("privacy-officer").GetFromJsonAsync<JsonObject>(new Uri($"/v1/audit/holds?site={site.Id}", UriKind.Relative)))!["placed"]!.AsArray();

    private static async Task<JsonArray> TimelineAsync(Product product, object question)
    {
        using var answer = await product.Client("audit").PostAsJsonAsync("/v1/audit/timeline", question);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["events"]!.AsArray();
    }
}
