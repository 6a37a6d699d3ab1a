using Consent.Tests.Support;

namespace Consent.Faults.Tests;

/// <summary>
/// The product as many processes on one broker, with disks that can be filled and a clock that can be moved; shared by the scenarios.
/// Nothing is sent a second time out of the ledger, asked for again or compared while it runs (a restart does, once): what the relay, the
/// broker and the handlers lose stays lost, and is seen.
/// </summary>
public sealed class RunningOnOneBroker : IAsyncLifetime
{
    public ManyProcesses Product { get; } = new();

    public Deployment Deployment => Deployment.Of(Product);

    public Journal Journal { get; } = new();

    public SmallDisk ConsentDisk { get; } = new();

    public SmallDisk NewsletterDisk { get; } = new();

    /// <summary>The clock of the consent service.</summary>
    public FakeClock Clock { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Faulty.Prepare(Product);
        foreach (var mending in (string[])["Relay:RedeliverAfter", "Feed:Every", "Subscriber:CompareEvery"]) Product.Settings[mending] = "01:00:00";
        await ConsentDisk.MountAsync(Path.Combine(Product.Data, "consent"));
        await NewsletterDisk.MountAsync(Path.Combine(Product.Data, "newsletter"));
        Product.SettingsOf["consent"] = Clock.Settings;
        await Product.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Product.Processes) await process.StopAsync();
        await ConsentDisk.DisposeAsync();
        await NewsletterDisk.DisposeAsync();
        await Product.DisposeAsync();
        Clock.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class OnOneBroker : ICollectionFixture<RunningOnOneBroker>
{
    public const string Name = "on one broker";
}
