using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>A product in one of its two forms, running, with its telemetry caught; shared by the tests that do it no harm.</summary>
public abstract class Running(Product product) : IAsyncLifetime
{
    public Product Product => product;

    public OtlpReceiver Telemetry { get; private set; } = null!;

    /// <summary>Names of the processes in telemetry.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    public async ValueTask InitializeAsync()
    {
        Telemetry = await OtlpReceiver.StartAsync();
        foreach (var (key, value) in Telemetry.Settings) product.Settings[key] = value;
        await product.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await product.DisposeAsync();
        await Telemetry.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class RunningAsMany() : Running(new ManyProcesses())
{
    public override IReadOnlyList<string> Names { get; } =
        ["consent", "cookie-banner", "marketing-unsubscribe", "audit", "newsletter", "analytics", "gateway"];
}

public sealed class RunningAsOne() : Running(new OneProcess())
{
    public override IReadOnlyList<string> Names { get; } = ["services", "gateway"];
}

[CollectionDefinition(Name)]
public sealed class AsMany : ICollectionFixture<RunningAsMany>
{
    public const string Name = "as many processes";
}

[CollectionDefinition(Name)]
public sealed class AsOne : ICollectionFixture<RunningAsOne>
{
    public const string Name = "as one process";
}
