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
        Assert.True(await product.Processes[0].StopAsync());
        var found = Directory.EnumerateFiles(product.Data, "*.db*", SearchOption.AllDirectories).Where(file => Holds(file, visitor)).Select(Path.GetFileName);
        Assert.Empty(found);
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
