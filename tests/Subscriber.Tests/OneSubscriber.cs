using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Subscriber.Tests;

/// <summary>One start of a service with a subscriber in it, its messages handed over by the test.</summary>
internal sealed class OneSubscriber : IAsyncDisposable
{
    public const string Name = "letters";

    private readonly IHost _host;
    private readonly string _name;

    private OneSubscriber(IHost host, string name) => (_host, _name) = (host, name);

    public RecordingTransport Transport => (RecordingTransport)_host.Services.GetRequiredService<IEventTransport>();

    public MovedClock Clock => (MovedClock)_host.Services.GetRequiredService<TimeProvider>();

    public SubscriberState State => _host.Services.GetRequiredKeyedService<SubscriberState>(_name);

    public DeclarationBook Book => _host.Services.GetRequiredKeyedService<DeclarationBook>(_name);

    public IServiceProvider Services => _host.Services;

    /// <param name="loaded">Whether it has loaded already what was before it came, which is nothing.</param>
    /// <param name="name">Of its own, where a test listens to what all subscribers of the process tell.</param>
    public static Task<OneSubscriber> StartAsync(TemporaryFolder data, Action<IHostApplicationBuilder>? add = null, bool loaded = true, string name = Name) =>
        StartAsync([new("Data", data.Path)], add, loaded, name);

    public static Task<OneSubscriber> StartAsync(TestData data, Action<IHostApplicationBuilder>? add = null, bool loaded = true, string name = Name) =>
        StartAsync(data.Settings, add, loaded, name);

    /// <summary>By a clock that the test moves.</summary>
    public static Task<OneSubscriber> StartAsync(TestData data, SteppedTime time, bool loaded = true, IReadOnlyList<string>? purposes = null) => StartAsync(
        data,
        b =>
        {
            b.Services.AddSingleton<TimeProvider>(time);
            b.AddConsentSubscriber(Name, purposes);
        },
        loaded);

    private static async Task<OneSubscriber> StartAsync(IReadOnlyList<KeyValuePair<string, string?>> settings, Action<IHostApplicationBuilder>? add, bool loaded, string name)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSingleton<TimeProvider>(new MovedClock(Sample.Start.AddHours(1)));
        builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        if (add is null) builder.AddConsentSubscriber(name);
        else add(builder);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        if (loaded && host.Services.GetKeyedService<SubscriberState>(name) is { } state) await state.MoveAsync("", complete: true, TestContext.Current.CancellationToken);
        return new OneSubscriber(host, name);
    }

    public IReadOnlyList<ConsentApplied> Acknowledged => Transport.Of<ConsentApplied>();

    public Task HearAsync(Receipt receipt) => HearAsync(Sample.Event(receipt));

    public Task HearAsync(PublishedDeclaration declaration) => HearAsync(Sample.Event(declaration));

    public Task HearAsync<T>(T e) where T : class, IEvent =>
        _host.Services.GetRequiredKeyedService<IEventHandler<T>>($"{_name}-{T.Kind}").HandleAsync(e, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
