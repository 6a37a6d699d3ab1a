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
        await KillAllAsync(product);
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

    [Fact]
    public async Task What_was_acknowledged_while_one_process_after_another_was_killed_is_missing_nowhere()
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
        foreach (var victim in product.Processes.Where(p => p.Name != "demo").ToList())
        {
            await acknowledged.MoreAsync(3, $"before the kill of {victim.Name}");
            await victim.Kill9Async();
            await product.StartAsync();
        }
        await acknowledged.MoreAsync(3, "after the last kill");
        await stop.CancelAsync();
        await load;

        await acknowledged.NothingIsMissingAsync();
    }

    private static async Task KillAllAsync(Product product)
    {
        foreach (var process in product.Processes) await process.Kill9Async();
    }
}

public sealed class KillOfManyProcesses : KillTests
{
    protected override Product Create() => new ManyProcesses();
}

public sealed class KillOfOneProcess : KillTests
{
    protected override Product Create() => new OneProcess();
}
