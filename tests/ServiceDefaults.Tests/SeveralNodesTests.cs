using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.ServiceDefaults.Messaging;
using Consent.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Tests;

/// <summary>A broker with several addresses: whichever answers is used, for sending and for hearing, and an outage lays nothing aside.</summary>
public sealed class SeveralNodesTests(OneBroker broker) : IClassFixture<OneBroker>
{
    [Fact]
    public async Task When_one_node_goes_away_both_ways_go_on_by_the_other()
    {
        var (ports, server) = (FreePorts.Take(2), new Uri(broker.Address).Port);
        await using var one = new Forwarder(ports[0], server);
        await using var other = new Forwarder(ports[1], server);
        one.Start();
        var heard = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        await using var app = await AppAsync("several", string.Join(',', ports.Select(p => $"amqp://guest:guest@127.0.0.1:{p}/")), new Listener(heard, 0));
        var events = app.Services.GetRequiredService<IEventTransport>();
        await IsHeardAsync("by the first");

        other.Start();
        await one.StopAsync();
        await IsHeardAsync("by the second");
        one.Start();
        await other.StopAsync();
        await IsHeardAsync("by the first again");

        Task IsHeardAsync(string id) => Eventually.IsSoAsync($"an event is heard {id}", async () =>
        {
            try
            {
                await events.PublishAsync([OutgoingEvent.Of(new ConsentChanged(id, TimeProvider.System.Now(), Sample.Receipt("r")))], CancellationToken.None);
            }
            catch (UnpublishedException)
            {
                return false;
            }

            return heard.ContainsKey(id);
        }, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_fails_because_something_is_away_is_handled_when_it_is_back_and_is_never_laid_aside()
    {
        var heard = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        // Four attempts are made before a message is laid aside; these are three rounds of them.
        var listener = new Listener(heard, 11);
        await using var app = await AppAsync("patient", broker.Address, listener);
        await app.Services.GetRequiredService<IEventTransport>().PublishAsync(
            [OutgoingEvent.Of(new ConsentChanged("kept", TimeProvider.System.Now(), Sample.Receipt("r")), "patient")], CancellationToken.None);

        await Eventually.IsSoAsync("the event is handled", () => Task.FromResult(heard.ContainsKey("kept")));
        Assert.Equal(12, listener.Attempts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("http://localhost:5672/")]
    [InlineData("amqp://one:secret@localhost:1/,amqp://two:secret@localhost:2/")]
    [InlineData("amqp://guest:guest@localhost:1/,amqp://guest:guest@localhost:2/other")]
    public void What_is_no_list_of_nodes_of_one_broker_says_what_to_set(string setting)
    {
        var told = Assert.Throws<InvalidOperationException>(() => BrokerAddresses.Parse(setting));
        Assert.Contains("Messaging:RabbitMq", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told.Message, StringComparison.Ordinal);
    }

    private static async Task<RunningApp> AppAsync(string service, string addresses, Listener listener)
    {
        var app = await new RunningApp(builder =>
        {
            builder.Configuration["Messaging:Transport"] = "rabbitmq";
            builder.Configuration["Messaging:RabbitMq"] = addresses;
            builder.Services.AddEventHandler<ConsentChanged>(service, _ => listener);
            builder.AddMessaging();
        }).StartAsync();
        await Eventually.IsSoAsync("the queue is declared", async () => (await app.Http.GetAsync("/health")).IsSuccessStatusCode);
        return app;
    }

    private sealed class Listener(ConcurrentDictionary<string, bool> heard, int failures) : IEventHandler<ConsentChanged>
    {
        private int _attempts;

        public int Attempts => _attempts;

        public Task HandleAsync(ConsentChanged e, CancellationToken cancel)
        {
            if (Interlocked.Increment(ref _attempts) <= failures) throw new IOException("The disk is full, as the test wants it.");
            heard[e.Id] = true;
            return Task.CompletedTask;
        }
    }
}
