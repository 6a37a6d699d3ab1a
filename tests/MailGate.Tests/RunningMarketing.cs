using System.Text.Json;
using Consent.Contracts;
using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults.Messaging;
using Consent.Subscriber;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.MailGate.Tests;

/// <summary>The marketing service itself, for the site of <see cref="Orchard"/>.</summary>
internal sealed class RunningMarketing : IAsyncDisposable
{
    private readonly RecordingTransport _outbox = new();
    private readonly RunningApp _app;

    public RunningMarketing() => _app = new RunningApp(
        builder =>
        {
            builder.AddMarketingUnsubscribe();
            builder.Services.AddSingleton<IEventTransport>(_outbox);
        },
        app => app.MapMarketingUnsubscribe());

    public Uri Address => new(_app.Http.BaseAddress!, "/");

    public string Token => _app.Token("marketing", [Orchard.Controller]);

    /// <param name="loaded">Whether it holds all that a consent service has, which is nothing.</param>
    public async Task StartAsync(bool loaded = true)
    {
        await _app.StartAsync();
        await _app.HearAsync(MarketingUnsubscribeSetup.Service, new DeclarationPublished(RandomId.New(), TimeProvider.System.Now(), Orchard.Declaration.Published(TimeProvider.System.Now())));
        if (loaded) await LoadAsync();
    }

    public async Task LoadAsync()
    {
        var state = _app.Services.GetRequiredKeyedService<SubscriberState>(MarketingUnsubscribeSetup.Service);
        for (var asked = 0; !state.IsLoadedFor(Orchard.Site); asked++)
        {
            var question = (await _outbox.WaitForAsync<SnapshotRequested>(asked + 1))[asked];
            await _app.HearAsync(MarketingUnsubscribeSetup.Service, new SnapshotPage(question.Id, question.Source, question.After, question.Until, true, []));
        }
    }

    /// <summary>The person opted in, and confirmed it.</summary>
    public async Task SubscribeAsync(string address, params string[] topics)
    {
        foreach (var topic in topics.DefaultIfEmpty(Orchard.News))
        {
            using var answer = await _app.SendAsync(
                HttpMethod.Post, $"/v1/sites/{Orchard.Site}/marketing/subscriptions", new { topic, address, ConfirmedAt = TimeProvider.System.Now() }, Token);
            Assert.True(answer.IsSuccessStatusCode);
        }
    }

    /// <summary>The person uses the button of the mail program.</summary>
    public async Task OptOutAsync(string address, string topic = Orchard.News)
    {
        using var minted = await _app.SendAsync(HttpMethod.Post, $"/v1/sites/{Orchard.Site}/marketing/links", new { topic, addresses = new[] { address } }, Token);
        var link = JsonDocument.Parse(await minted.Content.ReadAsStringAsync()).RootElement.GetProperty("links")[0].GetProperty("url").GetString()!;
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var answer = await _app.SendAsync(HttpMethod.Post, new Uri(link).AbsolutePath, form);
        Assert.True(answer.IsSuccessStatusCode);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
