using Consent.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// What a service does on hearing an event. The event is acknowledged to the broker when this returns, so return after the
/// commit. It may come twice, late and out of order. An exception is retried a few times, then the event goes to the error queue.
/// </summary>
public interface IEventHandler<in T> where T : class, IEvent
{
    Task HandleAsync(T e, CancellationToken cancel);
}

/// <summary>One durable queue, <c>{service}-{kind}</c>: no two services share one, so each hears every event.</summary>
public sealed record EventSubscription(string Service, string Kind, Type EventType, Type ConsumerType)
{
    public string Queue => $"{Service}-{Kind}";
}

public static class EventHandlers
{
    /// <summary>Lets <typeparamref name="THandler"/> hear every <typeparamref name="T"/> on the queue of <paramref name="service"/>.</summary>
    public static IServiceCollection AddEventHandler<T, THandler>(this IServiceCollection services, string service)
        where T : class, IEvent
        where THandler : class, IEventHandler<T> =>
        services.AddEventHandler<T>(service, ActivatorUtilities.GetServiceOrCreateInstance<THandler>);

    /// <summary>The same, with a handler made by <paramref name="create"/>, for handlers that several services of one process share.</summary>
    public static IServiceCollection AddEventHandler<T>(
        this IServiceCollection services, string service, Func<IServiceProvider, IEventHandler<T>> create)
        where T : class, IEvent
    {
        services.AddKeyedSingleton($"{service}-{T.Kind}", (provider, _) => create(provider));
        services.AddSingleton(new EventSubscription(service, T.Kind, typeof(T), typeof(EventConsumer<T>)));
        return services;
    }
}
