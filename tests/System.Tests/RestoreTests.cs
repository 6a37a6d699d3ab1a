using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>An old backup of the consent service comes back; what is decided after it overrules what subscribers hold of the lost time.</summary>
public sealed class RestoreTests
{
    [Fact]
    public async Task After_an_old_backup_was_restored_an_opt_out_stops_every_subscriber()
    {
        await using var product = new OneProcess();
        await product.StartAsync();
        var (site, visitor) = (new Site(product, Product.Sites[0]), product.Secrets.Visitor());
        using var backup = new TemporaryFolder();
        var copies = Path.Combine(backup.Path, "copies");
        await site.DecideAsync(visitor, statistics: true);
        DataBackup.Take(product.Data, copies);
        // Lost with the restore: the subscribers then hold a higher version than the log that comes back.
        for (var held = 1; held <= 4; held++) await site.DecideAsync(visitor, statistics: held % 2 == 0, heldVersion: held);
        await PermittedAsync(site, visitor, true);
        Assert.True(await product.Processes[0].StopAsync());

        // The subscribers keep what they have: only the consent service is restored.
        foreach (var other in Directory.EnumerateDirectories(copies).Where(d => Path.GetFileName(d) != "consent").ToList()) Directory.Delete(other, recursive: true);
        var restored = DataBackup.Restore(copies, product.Data, TimeProvider.System);
        await product.StartAsync();
        var receipt = await site.DecideAsync(visitor, statistics: false, heldVersion: 1);

        await PermittedAsync(site, visitor, false);
        Assert.Equal((2L, true), ((long)receipt["version"]!, (int)receipt["epoch"]! > 1));
        Assert.Equal((int)receipt["epoch"]!, restored.Single(r => r.Epoch is not null).Epoch);
        await site.TracedAsync((string)receipt["id"]!, "newsletter", "analytics");
    }

    [Fact]
    public async Task After_the_consent_service_alone_was_restored_an_opt_out_of_the_lost_time_comes_back_from_marketing()
    {
        await using var product = new OneProcess();
        await product.StartAsync();
        var (site, address) = (new Site(product, Product.Sites[0]), product.Secrets.Address());
        var (subject, link) = (await OptedInAsync(product, site, address), await site.LinkAsync(address));
        using var backup = new TemporaryFolder();
        var copies = Path.Combine(backup.Path, "copies");
        DataBackup.Take(product.Data, copies);
        await site.OneClickAsync(link);
        await IsAReceiptAsync(site, subject);
        Assert.True(await product.Processes[0].StopAsync());

        RestoreAlone(copies, product, "consent");
        await product.StartAsync();

        Assert.False((await site.MaySendAsync(address)).Permitted);
        await IsAReceiptAsync(site, subject);
    }

    [Fact]
    public async Task After_marketing_alone_was_restored_who_opted_out_or_complained_in_the_lost_time_is_at_no_moment_permitted()
    {
        await using var product = new OneProcess();
        await product.StartAsync();
        var (site, clicked, complained) = (new Site(product, Product.Sites[0]), product.Secrets.Address(), product.Secrets.Address());
        var (byClick, byComplaint) = (await OptedInAsync(product, site, clicked), await OptedInAsync(product, site, complained));
        var link = await site.LinkAsync(clicked);
        using var backup = new TemporaryFolder();
        var copies = Path.Combine(backup.Path, "copies");
        DataBackup.Take(product.Data, copies);
        await site.OneClickAsync(link);
        using var marketing = product.Client("marketing");
        using var stated = await marketing.PostAsJsonAsync($"/v1/sites/{site.Id}/marketing/opt-outs", new { addresses = new[] { complained }, cause = "complained" });
        Assert.True(stated.IsSuccessStatusCode);
        foreach (var subject in (string[])[byClick, byComplaint])
            await Eventually.IsSoAsync("the consent service has the no", async () => (await site.HistoryAsync(subject)).Count > 1);
        Assert.True(await product.Processes[0].StopAsync());

        RestoreAlone(copies, product, "marketing-unsubscribe");
        await product.StartAsync();

        foreach (var address in (string[])[clicked, complained])
        {
            await Eventually.IsSoAsync("what the consent service knows is loaded", async () =>
            {
                var (permitted, reason) = await site.MaySendAsync(address);
                Assert.False(permitted, reason);
                return reason != "not-loaded";
            }, TimeSpan.FromSeconds(120));
        }
    }

    [Fact]
    public async Task An_erased_person_is_forgotten_by_every_subscriber_and_by_audit()
    {
        await using var product = new OneProcess();
        await product.StartAsync();
        var (site, visitor) = (new Site(product, Product.Sites[0]), product.Secrets.Visitor());
        var receipt = (string)(await site.DecideAsync(visitor, statistics: true))["id"]!;
        await PermittedAsync(site, visitor, true);
        await site.TracedAsync(receipt, "newsletter", "analytics");

        using var trusted = product.Client("consent");
        using var erased = await trusted.DeleteAsync($"/v1/sites/{site.Id}/subjects/{visitor}");
        Assert.True(erased.IsSuccessStatusCode);

        await PermittedAsync(site, visitor, false);
        await Eventually.IsSoAsync("audit has forgotten the receipt", async () => await site.TraceAsync(receipt) is null);
        // In one process, what waits in a queue ends with it.
        using var looker = product.Client("operator");
        await Eventually.IsSoAsync("everybody has applied it", async () =>
            (await looker.GetFromJsonAsync<JsonNode>(new Uri("/v1/deliveries/consent", UriKind.Relative)))!["subscribers"]!.AsArray().All(s => (long)s!["open"]! == 0), TimeSpan.FromSeconds(120));
        Assert.True(await product.Processes[0].StopAsync());
        var found = Directory.EnumerateFiles(product.Data, "*.db*", SearchOption.AllDirectories).Where(file => Holds(file, visitor)).Select(Path.GetFileName);
        Assert.Empty(found);
    }

    /// <returns>The id under which the others know the address; they have its opt-in.</returns>
    private static async Task<string> OptedInAsync(Product product, Site site, string address)
    {
        await site.SubscribeAsync(address);
        using var marketing = product.Client("marketing");
        using var answer = await marketing.PostAsJsonAsync(
            $"/v1/sites/{site.Id}/marketing/check", new { topic = await site.TopicAsync(), addresses = new[] { address }, subjects = true });
        answer.EnsureSuccessStatusCode();
        var subject = product.Secrets.Keep((string)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["results"]![0]!["subjects"]![0]!);
        await Eventually.IsSoAsync("the opt-in is a receipt", async () => (await site.HistoryAsync(subject)).Count == 1);
        return subject;
    }

    private static Task IsAReceiptAsync(Site site, string subject) => Eventually.IsSoAsync(
        "the opt-out is a receipt of the consent service, and stops a subscriber",
        async () => (await site.HistoryAsync(subject)).Any(r => (string?)r!["action"] == "one-click-unsubscribe")
            && !await site.PermitsAsync("newsletter", subject, await site.TopicAsync()), TimeSpan.FromSeconds(120));

    private static void RestoreAlone(string copies, Product product, string service)
    {
        foreach (var other in Directory.EnumerateDirectories(copies).Where(d => Path.GetFileName(d) != service).ToList()) Directory.Delete(other, recursive: true);
        DataBackup.Restore(copies, product.Data, TimeProvider.System);
    }

    private static async Task PermittedAsync(Site site, string visitor, bool permitted)
    {
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            await Eventually.IsSoAsync($"{subscriber} {(permitted ? "permits" : "denies")} statistics", async () => await site.PermitsAsync(subscriber, visitor, "statistics") == permitted);
    }

    private static bool Holds(string file, string text)
    {
        var bytes = File.ReadAllBytes(file);
        return bytes.AsSpan().IndexOf(global::System.Text.Encoding.UTF8.GetBytes(text)) >= 0 || bytes.AsSpan().IndexOf(Convert.FromHexString(text)) >= 0;
    }
}
