using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;

namespace Consent.ServiceDefaults.Tests;

/// <summary>What both transports promise; RabbitMQ is Debian's, started by the test.</summary>
public sealed class MessagingTests(OneBroker broker) : IClassFixture<OneBroker>
{

    [Theory]
    [InlineData("in-memory")]
    [InlineData("rabbitmq")]
    public async Task Publish_ReachesEachServiceOnAQueueOfItsOwn_OrTheNamedOneOnly(string transport)
    {
        var heard = new Heard();
        await using var app = await AppWith(transport, heard);
        var events = app.Services.GetRequiredService<IEventTransport>();

        await Published(events, OutgoingEvent.Of(new ConsentChanged("to-all", TimeProvider.System.Now(), Sample.Receipt("r1"))));
        await Published(events, OutgoingEvent.Of(new ConsentChanged("to-one", TimeProvider.System.Now(), Sample.Receipt("r2")), "newsletter"));

        await Eventually.IsSoAsync("three deliveries", () => Task.FromResult(heard.By.Count >= 3));
        Assert.Equal(["analytics:to-all", "newsletter:to-all", "newsletter:to-one"], heard.By.Keys.Order());
    }

    [Theory]
    [InlineData("in-memory")]
    [InlineData("rabbitmq")]
    public async Task Publish_ThatReachesNoQueue_Throws(string transport)
    {
        await using var app = await AppWith(transport, new Heard());
        var events = app.Services.GetRequiredService<IEventTransport>();

        await Assert.ThrowsAsync<UnpublishedException>(() =>
            events.PublishAsync([OutgoingEvent.Of(new LedgerRequested("l", "consent", 0))], CancellationToken.None));
        await Assert.ThrowsAsync<UnpublishedException>(() =>
            events.PublishAsync([OutgoingEvent.Of(new ConsentChanged("e", TimeProvider.System.Now(), Sample.Receipt("r")), "nobody")], CancellationToken.None));
    }

    [Fact]
    public async Task Handler_ThatKeepsFailing_LeavesTheMessageInTheErrorQueue_AndTheOthersUnharmed()
    {
        var heard = new Heard { FailOn = "analytics:bad" };
        await using var app = await AppWith("rabbitmq", heard);
        await Published(app.Services.GetRequiredService<IEventTransport>(),
            OutgoingEvent.Of(new ConsentChanged("bad", TimeProvider.System.Now(), Sample.Receipt("r"))));

        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Address) }.CreateConnectionAsync();
        await Eventually.IsSoAsync("the message in the error queue", async () =>
        {
            await using var channel = await connection.CreateChannelAsync();
            try
            {
                return (await channel.QueueDeclarePassiveAsync("analytics-consent-changed_error")).MessageCount == 1;
            }
            catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
            {
                return false;
            }
        });
        Assert.Contains("newsletter:bad", heard.By.Keys);
    }

    private async Task<RunningApp> AppWith(string transport, Heard heard)
    {
        var app = await new RunningApp(builder =>
        {
            builder.Configuration["Messaging:Transport"] = transport;
            builder.Configuration["Messaging:RabbitMq"] = broker.Address;
            foreach (var service in (string[])["newsletter", "analytics"])
                builder.Services.AddEventHandler<ConsentChanged>(service, _ => new Listener(service, heard));
            builder.AddMessaging();
        }).StartAsync();
        await Eventually.IsSoAsync("every queue declared", async () => (await app.Http.GetAsync("/health")).IsSuccessStatusCode);
        return app;
    }

    private static Task Published(IEventTransport transport, OutgoingEvent e) => transport.PublishAsync([e], CancellationToken.None);

    private sealed class Heard
    {
        public ConcurrentDictionary<string, Receipt> By { get; } = [];
        public string? FailOn { get; init; }
    }

    private sealed class Listener(string service, Heard heard) : IEventHandler<ConsentChanged>
    {
        public Task HandleAsync(ConsentChanged e, CancellationToken cancel)
        {
            if (heard.FailOn == $"{service}:{e.Id}") throw new InvalidOperationException("This handler fails, as the test wants it.");
            Assert.Equal(Decision.Given, e.Receipt.Purposes["statistics"].Status);
            heard.By[$"{service}:{e.Id}"] = e.Receipt;
            return Task.CompletedTask;
        }
    }
}

/// <summary>One broker for the tests of a class.</summary>
public sealed class OneBroker : IAsyncLifetime
{
    private RabbitMqServer? _server;

    public string Address => _server!.Address;

    public async ValueTask InitializeAsync() => _server = await RabbitMqServer.StartAsync();

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A broker that is away.</summary>
public sealed class BrokerAwayTests
{
    [Fact]
    public async Task Ready_WithoutABroker_IsStillReady_AndHealthSaysWhatIsMissing()
    {
        await using var app = await new RunningApp(builder =>
        {
            builder.Configuration["Messaging:Transport"] = "rabbitmq";
            builder.Configuration["Messaging:RabbitMq"] = "amqp://guest:guest@127.0.0.1:1/";
            builder.Services.AddEventHandler<ConsentChanged>("newsletter", _ => throw new InvalidOperationException("Nothing arrives."));
            builder.AddMessaging();
        }).StartAsync();

        Assert.True((await app.Http.GetAsync("/health/ready")).IsSuccessStatusCode);
        Assert.False((await app.Http.GetAsync("/health")).IsSuccessStatusCode);
    }
}
