using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.AspNetCore.Builder;
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
        await Eventually.IsSoAsync("the other heard it", () => Task.FromResult(heard.By.ContainsKey("newsletter:bad")));
    }

    /// <summary>What is asked of the service meanwhile would else wait, at its database, behind all that waits in its queues.</summary>
    [Fact]
    public async Task Of_a_queue_that_is_full_only_so_many_are_in_hand_at_once_and_all_are_heard()
    {
        const int Waiting = 3 * MessagingSetup.MostInHand;
        var slow = new SlowListener();
        await using var app = await AppWith("rabbitmq", builder => builder.Services.AddEventHandler<ConsentErased>("analytics", _ => slow));
        await app.Services.GetRequiredService<IEventTransport>().PublishAsync(
            [.. Enumerable.Range(1, Waiting).Select(i => OutgoingEvent.Of(new ConsentErased($"e{i}", TimeProvider.System.Now(), "test-site", "stream", 1, i, TimeProvider.System.Now())))], CancellationToken.None);

        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Address) }.CreateConnectionAsync();
        await Eventually.IsSoAsync("all are delivered, and as many in hand as may be", async () =>
        {
            await using var channel = await connection.CreateChannelAsync();
            return slow.InHand >= MessagingSetup.MostInHand && (await channel.QueueDeclarePassiveAsync("analytics-consent-erased")).MessageCount == 0;
        });
        slow.GoOn.SetResult();

        await Eventually.IsSoAsync("all are heard", () => Task.FromResult(slow.Heard == Waiting));
        Assert.Equal(MessagingSetup.MostInHand, slow.MostInHand);
    }

    private Task<RunningApp> AppWith(string transport, Heard heard) => AppWith(transport, builder =>
    {
        foreach (var service in (string[])["newsletter", "analytics"])
            builder.Services.AddEventHandler<ConsentChanged>(service, _ => new Listener(service, heard));
    });

    private async Task<RunningApp> AppWith(string transport, Action<WebApplicationBuilder> add)
    {
        var app = await new RunningApp(builder =>
        {
            builder.Configuration["Messaging:Transport"] = transport;
            builder.Configuration["Messaging:RabbitMq"] = broker.Address;
            add(builder);
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

/// <summary>Ends nothing that it began before it is told to go on.</summary>
internal sealed class SlowListener : IEventHandler<ConsentErased>
{
    private readonly Lock _gate = new();

    public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int InHand { get; private set; }

    public int MostInHand { get; private set; }

    public int Heard { get; private set; }

    public async Task HandleAsync(ConsentErased e, CancellationToken cancel)
    {
        lock (_gate) MostInHand = Math.Max(MostInHand, ++InHand);
        await GoOn.Task.WaitAsync(cancel);
        lock (_gate) (InHand, Heard) = (InHand - 1, Heard + 1);
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
