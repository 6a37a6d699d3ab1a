using Consent.Tests.Support;
using Consent.Tests.Support.Cosmos;

namespace Consent.Containers.Tests;

/// <summary>
/// The images of the services that keep a log, on accounts of Azure Cosmos DB, which are stand-ins in the process of the tests: the library of the accounts is the largest that images hold, and
/// what is left out of them, or compiled late, it must not miss.
/// </summary>
public sealed class ImageOnCosmosTests
{
    [Theory]
    [InlineData("consent")]
    [InlineData("audit")]
    [InlineData("marketing-unsubscribe")]
    public async Task It_makes_its_containers_becomes_ready_on_them_and_ends_when_it_is_told_to(string name)
    {
        await using var accounts = await CosmosServer.StartAsync();
        var (podman, image) = (await Podman.Here, ImageArchive.Of(name).Reference);
        await podman.LoadAsync(image);
        await using var alone = new LoneContainer(podman, name, image, CosmosProduct.SettingsOf(accounts));

        await alone.CreateAsync("migrate");
        await alone.StartAsync();
        Assert.True(await alone.EndAsync() == 0, await alone.OutputAsync());

        await alone.CreateAsync();
        await alone.StartAsync();
        await Eventually.IsSoAsync($"{name} is ready", alone.IsReadyAsync, TimeSpan.FromSeconds(60), () => alone.OutputAsync().GetAwaiter().GetResult());
        var health = await alone.GetAsync("/health");
        Assert.Contains($"\"store-{name}\":{{\"status\":\"Healthy\"", health, StringComparison.Ordinal);
        Assert.DoesNotContain(alone.DataFiles, file => file.EndsWith("log.db", StringComparison.Ordinal));
        Assert.True(await alone.StopAsync() == 0, await alone.OutputAsync());
        Assert.Empty(accounts.Store.Refused.Concat(accounts.Keys.Refused));
    }
}
