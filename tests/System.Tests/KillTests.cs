using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>SIGKILL between commit and publication, and under way; on the very same data everything acknowledged is there afterwards.</summary>
public abstract class KillTests
{
    private static readonly Dictionary<string, string> PublicationHeld = new(StringComparer.Ordinal) { ["Relay:Enabled"] = "false" };

    protected abstract Product Create();

    [Fact]
    public async Task What_was_committed_and_not_yet_published_when_every_process_was_killed_is_missing_nowhere()
    {
        await using var product = Create();
        await product.StartAsync();
        // The others live on: they publish nothing of their own.
        foreach (var process in product.Processes.Where(p => p.Name is "consent" or "marketing-unsubscribe" or "host")) await process.Kill9Async();
        await product.StartAsync(PublicationHeld);
        var acknowledged = new Acknowledged(product);
        foreach (var site in Product.Sites)
        {
            await acknowledged.PrepareReaderAsync(site);
            await acknowledged.DecideAsync(site, statistics: true);
            await acknowledged.DecideAsync(site, statistics: false);
            await acknowledged.OptOutAsync();
        }
        Assert.Equal(3 * Product.Sites.Count, acknowledged.Count);
        Assert.Empty(await new Site(product, Product.Sites[0]).OptOutReceiptsAsync());

        await KillAllAsync(product);
        await product.StartAsync();

        await acknowledged.NothingIsMissingAsync();
    }

    protected static async Task KillAllAsync(Product product)
    {
        foreach (var process in product.Processes) await process.Kill9Async();
    }
}

[Trait("form", "long")]
public sealed class KillOfManyProcesses : KillTests
{
    protected override Product Create() => new ManyProcesses();
}

/// <summary>Many processes killed one after the other under load: Faults.Tests.</summary>
public sealed class KillOfOneProcess : KillTests
{
    protected override Product Create() => new OneProcess();

    [Fact, Trait("form", "long")]
    public async Task What_was_acknowledged_while_the_process_was_killed_again_and_again_is_missing_nowhere()
    {
        await using var product = Create();
        await product.StartAsync();
        var acknowledged = new Acknowledged(product);
        foreach (var site in Product.Sites)
        {
            for (var i = 0; i < 6; i++) await acknowledged.PrepareReaderAsync(site);
        }

        using var stop = new CancellationTokenSource();
        var load = acknowledged.LoadAsync(stop.Token);
        for (var kill = 1; kill <= 3; kill++)
        {
            await acknowledged.MoreAsync(3, $"before kill {kill}");
            await KillAllAsync(product);
            await product.StartAsync();
        }
        await acknowledged.MoreAsync(3, "after the last kill");
        await stop.CancelAsync();
        await load;

        await acknowledged.NothingIsMissingAsync();
    }
}
