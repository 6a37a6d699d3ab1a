using Consent.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>Hands a message from MassTransit to the handler that belongs to its queue.</summary>
internal sealed class EventConsumer<T>(IServiceProvider provider) : IConsumer<T> where T : class, IEvent
{
    public Task Consume(ConsumeContext<T> context) =>
        provider.GetRequiredKeyedService<IEventHandler<T>>(QueueOf(context)).HandleAsync(context.Message, context.CancellationToken);

    private static string QueueOf(ConsumeContext<T> context) =>
        context.ReceiveContext.InputAddress.AbsolutePath.Split('/')[^1];
}
