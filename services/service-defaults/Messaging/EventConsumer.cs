using Consent.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>Hands a message from MassTransit to the handler that belongs to its queue.</summary>
internal sealed class EventConsumer<T>(IServiceProvider provider) : IConsumer<T> where T : class, IEvent
{
    public Task Consume(ConsumeContext<T> context)
    {
        // Every body can be read as any event's, with nothing in it: another kind's would be a decision that nobody made.
        var type = context.ReceiveContext.TryGetPayload<RabbitMqBasicConsumeContext>(out var basic) ? basic.Properties.Type : null;
        if (type is { Length: > 0 } && type != T.Kind) throw new FormatException($"A message of another kind came to a queue of {T.Kind}.");
        if (string.IsNullOrEmpty(context.Message.Id)) throw new FormatException($"A message without an id came to a queue of {T.Kind}.");
        return provider.GetRequiredKeyedService<IEventHandler<T>>(QueueOf(context)).HandleAsync(context.Message, context.CancellationToken);
    }

    private static string QueueOf(ConsumeContext<T> context) =>
        context.ReceiveContext.InputAddress.AbsolutePath.Split('/')[^1];
}
