using System.Text.Json;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Storage.Tests;

/// <summary>A service that needs every version asks for what never arrived, behind a cursor in its own log.</summary>
public sealed class FollowFeedTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly List<string> _heard = [];
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Page_IsHandedOver_ThenTheCursorMoves_AndWhatIsBehindItIsAskedFor()
    {
        await using var service = await StartAsync();
        var question = (await service.Transport.WaitForAsync<FeedRequested>(1))[0];
        Assert.Equal(("marketing-unsubscribe", "consent", 0L), (question.Source, question.Subscriber, question.After));
        Assert.Equal([MarketingUnsubscribed.Kind], question.Kinds);

        await service.HearAsync(Page(0, 7, "e1", "e2"));

        Assert.Equal(["e1", "e2"], _heard.Order());
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
        // An empty page ends it; and one that answers an older question changes nothing.
        await service.HearAsync(Page(7, 7));
        await service.HearAsync(Page(0, 5, "e0"));
        Assert.Equal(2, _heard.Count);
        Assert.Equal(2, service.Transport.Of<FeedRequested>().Count);
    }

    [Fact]
    public async Task TheSamePageWhileTheFirstIsBeingHandled_IsPassedOver()
    {
        await using var service = await StartAsync();
        await service.Transport.WaitForAsync<FeedRequested>(1);
        var first = service.HearAsync(Page(0, 7, "waits", "e2"));

        await service.HearAsync(Page(0, 7, "waits", "e2")).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        _go.SetResult();
        await first;

        Assert.Equal(["e2", "waits"], _heard.Order());
        Assert.Equal(7, (await service.Transport.WaitForAsync<FeedRequested>(2))[1].After);
        await service.HearAsync(Page(7, 9, "e3"));
        Assert.Equal(3, _heard.Count);
    }

    [Fact]
    public async Task WhatCouldNotBeHandled_IsAskedForAgain_AlsoAfterARestart()
    {
        await using (var before = await StartAsync())
        {
            await before.HearAsync(Page(0, 3, "e1"));
            await Assert.ThrowsAsync<InvalidOperationException>(() => before.HearAsync(Page(3, 9, "e2", "fails")));
        }

        await using var service = await StartAsync();

        Assert.Equal(3, (await service.Transport.WaitForAsync<FeedRequested>(1))[0].After);
    }

    [Fact]
    public async Task OwnLogRestoredFromABackup_TheCursorComesBackWithIt_SoThatNothingIsMissing()
    {
        await using (var before = await StartAsync()) await before.HearAsync(Page(0, 3, "e1"));
        DataBackup.Take(_folder.FullName, _folder.File("backup"));
        await using (var lost = await StartAsync()) await lost.HearAsync(Page(3, 9, "e2"));
        DataBackup.Restore(_folder.File("backup"), _folder.FullName, TimeProvider.System);

        await using var service = await StartAsync();

        Assert.Equal(3, (await service.Transport.WaitForAsync<FeedRequested>(1))[0].After);
    }

    private static FeedPage Page(long after, long through, params string[] ids) => new("p", "marketing-unsubscribe", after, through, [.. ids.Select(id =>
        new PublishedEvent(MarketingUnsubscribed.Kind, JsonSerializer.SerializeToElement(
            new MarketingUnsubscribed(id, Make.Moment, "shop", "a1-00", ["news"], "one-click-unsubscribe", null, Make.Moment), ContractJson.Options)))]);

    private async Task<Service> StartAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", _folder.FullName)]);
        builder.Services.AddLogging();
        builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        builder.AddRecordLog("consent");
        builder.Services.AddEventHandler<MarketingUnsubscribed>("consent", _ => new Handler(_heard, _go.Task));
        builder.AddFeed("consent", "marketing-unsubscribe", [FedEvent.Of<MarketingUnsubscribed>()]);
        var service = new Service(builder.Build());
        await service.StartAsync();
        return service;
    }

    private sealed class Handler(List<string> heard, Task go) : IEventHandler<MarketingUnsubscribed>
    {
        public async Task HandleAsync(MarketingUnsubscribed e, CancellationToken cancel)
        {
            if (e.Id == "fails") throw new InvalidOperationException("It cannot be handled.");
            if (e.Id == "waits") await go;
            lock (heard) heard.Add(e.Id);
        }
    }

    private sealed class Service(IHost host) : IAsyncDisposable
    {
        public RecordingTransport Transport => (RecordingTransport)host.Services.GetRequiredService<IEventTransport>();

        public Task StartAsync() => host.StartAsync();

        public Task HearAsync(FeedPage page) =>
            host.Services.GetRequiredKeyedService<IEventHandler<FeedPage>>($"consent-{FeedPage.Kind}").HandleAsync(page, CancellationToken.None);

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
