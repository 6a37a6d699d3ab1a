using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Consent.Subscriber.Tests;

/// <summary>A clock that the test moves.</summary>
internal sealed class MovedClock : TimeProvider
{
    public DateTimeOffset At { get; set; } = Sample.Start.AddHours(1);

    public override DateTimeOffset GetUtcNow() => At;
}

/// <summary>Takes what is sent and keeps it; fails when told to.</summary>
internal sealed class RecordingTransport : IEventTransport
{
    private readonly List<OutgoingEvent> _sent = [];

    public bool Fails { get; set; }

    /// <summary>Runs at the moment of sending.</summary>
    public Action? OnSending { get; set; }

    public IReadOnlyList<ConsentApplied> Acknowledged => Of<ConsentApplied>();

    public IReadOnlyList<T> Of<T>() where T : class, IEvent
    {
        lock (_sent) return [.. _sent.Where(e => e.Kind == T.Kind).Select(e => ContractJson.Read<T>(e.Body.Span))];
    }

    public Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel)
    {
        if (Fails) throw new UnpublishedException("The broker is away.");
        OnSending?.Invoke();
        lock (_sent) _sent.AddRange(events);
        return Task.CompletedTask;
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("subscriber-tests-").FullName;

    public string FileOf(string service) => System.IO.Path.Combine(Path, service, "subscriber.db");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>One start of a service with a subscriber in it, its messages handed over by the test.</summary>
internal sealed class OneSubscriber : IAsyncDisposable
{
    public const string Name = "letters";

    private readonly IHost _host;

    private OneSubscriber(IHost host) => _host = host;

    public RecordingTransport Transport => (RecordingTransport)_host.Services.GetRequiredService<IEventTransport>();

    public MovedClock Clock => (MovedClock)_host.Services.GetRequiredService<TimeProvider>();

    public SubscriberState State => _host.Services.GetRequiredKeyedService<SubscriberState>(Name);

    public DeclarationBook Book => _host.Services.GetRequiredKeyedService<DeclarationBook>(Name);

    public IServiceProvider Services => _host.Services;

    public static async Task<OneSubscriber> StartAsync(TemporaryFolder data, Action<IHostApplicationBuilder>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Data", data.Path)]);
        builder.Services.AddSingleton<TimeProvider>(new MovedClock());
        builder.Services.AddSingleton<IEventTransport>(new RecordingTransport());
        if (add is null) builder.AddConsentSubscriber(Name);
        else add(builder);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new OneSubscriber(host);
    }

    public Task HearAsync(Receipt receipt) => HearAsync(Sample.Event(receipt));

    public Task HearAsync(PublishedDeclaration declaration) => HearAsync(Sample.Event(declaration));

    public Task HearAsync<T>(T e) where T : class, IEvent =>
        _host.Services.GetRequiredKeyedService<IEventHandler<T>>($"{Name}-{T.Kind}").HandleAsync(e, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
