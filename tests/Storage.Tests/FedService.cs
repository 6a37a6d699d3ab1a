using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage.Tests;

/// <summary>What the handlers of a test's services were handed. One id waits to be let go, one fails, and for one the log is away.</summary>
internal sealed class FedHandler : IEventHandler<MarketingUnsubscribed>
{
    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _heard = [];

    /// <summary>The one that waits is here.</summary>
    public Task Waiting => _waiting.Task;

    public IReadOnlyList<string> Heard
    {
        get
        {
            lock (_heard) return [.. _heard.Order()];
        }
    }

    public void Go() => _go.SetResult();

    public async Task HandleAsync(MarketingUnsubscribed e, CancellationToken cancel)
    {
        if (e.Id == "fails") throw new InvalidOperationException("It cannot be handled.");
        if (e.Id == "early") throw new NotHeardYetException("What it speaks of was not heard.");
        if (e.Id == "away") throw new LogUnavailableException("The log is away.");
        if (e.Id == "waits")
        {
            _waiting.TrySetResult();
            await _go.Task;
        }

        lock (_heard) _heard.Add(e.Id);
    }
}

/// <summary>A service that follows the feed of another, with a broker of the test's own.</summary>
internal sealed class FedService(IHost host) : IAsyncDisposable
{
    public RecordingTransport Transport => (RecordingTransport)host.Services.GetRequiredService<IEventTransport>();

    public static async Task<FedService> StartAsync(string data, FedHandler handler, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.Append((Key: "Data", Value: data)).ToDictionary(s => s.Key, s => (string?)s.Value));
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        builder.AddRecordLog("consent");
        builder.Services.AddEventHandler<MarketingUnsubscribed>("consent", _ => handler);
        builder.AddFeed("consent", "marketing-unsubscribe", [FedEvent.Of<MarketingUnsubscribed>()]);
        var built = builder.Build();
        await built.StartAsync();
        return new FedService(built);
    }

    /// <param name="ids">Of an event each; of another person each, unless one is named before a colon.</param>
    public static FeedPage Page(long after, long through, params string[] ids) => new("p", "marketing-unsubscribe", after, through, [.. ids.Select(id => id.Split(':')).Select(id =>
        new PublishedEvent(MarketingUnsubscribed.Kind, JsonSerializer.SerializeToElement(
            new MarketingUnsubscribed(id[^1], Make.Moment, "shop", $"a1-{id[0]}", ["news"], "one-click-unsubscribe", null, Make.Moment), ContractJson.Options)))]);

    public Task HearAsync(FeedPage page) =>
        host.Services.GetRequiredKeyedService<IEventHandler<FeedPage>>($"consent-{FeedPage.Kind}").HandleAsync(page, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
