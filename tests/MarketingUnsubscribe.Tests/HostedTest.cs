namespace Consent.MarketingUnsubscribe.Tests;

/// <summary>A test that speaks HTTP to a service of its own.</summary>
public abstract class HostedTest : IAsyncLifetime
{
    private readonly Folder _folder = new();

    private protected MarketingHost Host { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Host = await MarketingHost.StartAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task RestartAsync(bool declared = false)
    {
        var time = Host.Time;
        await Host.DisposeAsync();
        Host = await MarketingHost.StartAsync(_folder.Path, declared, time);
    }
}
