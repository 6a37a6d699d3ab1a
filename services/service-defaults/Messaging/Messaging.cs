using Consent.Contracts;
using MassTransit;
using MassTransit.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// MassTransit takes the messages in; this is the only file that knows it, beside <see cref="EventConsumer{T}"/> and
/// <see cref="PutBack"/>. Settings:
/// <c>Messaging:CountErrorsEvery</c> (a time span, 30 seconds), <c>Messaging:Transport</c> (<c>rabbitmq</c> or <c>in-memory</c>, the default) and <c>Messaging:RabbitMq</c> (see
/// <see cref="BrokerAddresses"/>).
/// </summary>
public static class MessagingSetup
{
    /// <summary>As good as without end; the versions before RabbitMQ 4 know no word for that.</summary>
    internal const int MostDeliveries = 1_000_000;

    /// <summary>Of one queue. More are no faster, and would be as many in front of whoever asks the service something meanwhile: they wait for the same few connections to its database.</summary>
    internal const int MostInHand = 64;

    /// <summary>Once per process, after every service has added its handlers.</summary>
    public static void AddMessaging(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var subscriptions = builder.Services.Where(d => d.ServiceType == typeof(EventSubscription) && !d.IsKeyedService)
            .Select(d => (EventSubscription)d.ImplementationInstance!).ToList();
        var rabbit = string.Equals(builder.Configuration["Messaging:Transport"], "rabbitmq", StringComparison.Ordinal);
        if (rabbit)
        {
            var broker = BrokerAddresses.Parse(builder.Configuration["Messaging:RabbitMq"]);
            builder.Services.AddSingleton(p => new RabbitMqTransport(broker, p.GetRequiredService<ILogger<RabbitMqTransport>>()));
            builder.Services.AddSingleton<IEventTransport>(p => p.GetRequiredService<RabbitMqTransport>());
            var every = builder.Configuration.GetValue("Messaging:CountErrorsEvery", TimeSpan.FromSeconds(30));
            builder.Services.AddSingleton(p => new WatchErrorQueues(
                broker, subscriptions, every, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<WatchErrorQueues>>()));
            builder.Services.AddHostedService(p => p.GetRequiredService<WatchErrorQueues>());
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration("error-queues", p => p.GetRequiredService<WatchErrorQueues>(), null, null));
            builder.Services.AddSingleton(p => new HearEvents(
                () => MakeBus(p, broker, subscriptions), broker, p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<HearEvents>>()));
            builder.Services.AddHostedService(p => p.GetRequiredService<HearEvents>());
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(HearEvents.Check, p => p.GetRequiredService<HearEvents>(), null, null));
        }
        else
        {
            builder.Services.AddSingleton<IEventTransport, InMemoryTransport>();
            builder.Services.AddMassTransit(bus =>
            {
                bus.DisableUsageTelemetry();
                bus.UsingInMemory((context, cfg) =>
                {
                    cfg.ConfigureJsonSerializerOptions(ContractJson.Configure);
                    foreach (var subscription in subscriptions)
                    {
                        cfg.ReceiveEndpoint(subscription.Queue, endpoint =>
                        {
                            endpoint.ConfigureConsumeTopology = false;
                            Configure(endpoint, context, subscription);
                        });
                    }
                });
            });
        }
    }

    private static IBusControl MakeBus(IServiceProvider provider, BrokerAddresses broker, IEnumerable<EventSubscription> subscriptions)
    {
        LogContext.ConfigureCurrentLogContext(provider.GetRequiredService<ILoggerFactory>());
        return Bus.Factory.CreateUsingRabbitMq(cfg =>
        {
            cfg.Host(broker.MassTransitAddress, host =>
            {
                var (user, password) = broker.Credentials;
                host.Username(user);
                host.Password(password);
                host.Heartbeat(BrokerAddresses.Heartbeat);
                host.RequestedConnectionTimeout(BrokerAddresses.ConnectWithin);
                host.OnRefreshConnectionFactory = factory =>
                {
                    factory.SocketFactory = BrokerSocket.Create;
                    return Task.CompletedTask;
                };
                if (broker.Cluster.Count > 0)
                {
                    host.UseCluster(cluster =>
                    {
                        foreach (var node in broker.Cluster) cluster.Node(node);
                    });
                }
            });
            cfg.ClearSerialization();
            cfg.UseRawJsonSerializer(RawSerializerOptions.AnyMessageType, isDefault: true);
            cfg.ConfigureJsonSerializerOptions(ContractJson.Configure);
            foreach (var subscription in subscriptions)
            {
                cfg.ReceiveEndpoint(subscription.Queue, endpoint =>
                {
                    endpoint.ConfigureConsumeTopology = false;
                    endpoint.SetQuorumQueue();
                    // RabbitMQ 4 drops what was delivered 20 times, and counts what a killed service had taken, and what was looked at in the error queue.
                    endpoint.SetQueueArgument("x-delivery-limit", MostDeliveries);
                    // What cannot be read lies in the error queue; MassTransit would lay another copy into a queue for what is skipped.
                    endpoint.DiscardSkippedMessages();
                    endpoint.PrefetchCount = 256;
                    endpoint.ConcurrentMessageLimit = MostInHand;
                    endpoint.Bind(RabbitMqTransport.ExchangeOf(subscription.Kind));
                    endpoint.ConfigureError(failed =>
                    {
                        failed.UseFilter(new PutBack());
                        failed.UseFilter(new ErrorTransportFilter());
                    });
                    Configure(endpoint, provider, subscription);
                });
            }
        });
    }

    private static void Configure(IReceiveEndpointConfigurator endpoint, IServiceProvider provider, EventSubscription subscription)
    {
        endpoint.PublishFaults = false;
        // Bounded and short, in memory; what still fails goes to the error queue, visible, and the ledger sends it again. See PutBack for outages.
        endpoint.UseMessageRetry(retry => retry.Intervals(50, 250, 1000));
        endpoint.Consumer(subscription.ConsumerType, type => ActivatorUtilities.CreateInstance(provider, type));
    }
}
