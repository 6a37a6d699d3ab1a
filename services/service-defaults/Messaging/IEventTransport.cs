namespace Consent.ServiceDefaults.Messaging;

/// <summary>An event ready to be sent: its kind (see <see cref="Contracts.IEvent"/>), its id and its JSON body.</summary>
/// <param name="Service">When set, the event goes to this service's queue for the kind only, not to all that hear the kind.</param>
public sealed record OutgoingEvent(string Kind, string Id, ReadOnlyMemory<byte> Body, string? Service = null)
{
    public static OutgoingEvent Of<T>(T e, string? service = null) where T : Contracts.IEvent =>
        new(T.Kind, e.Id, Contracts.ContractJson.Write(e), service);
}

/// <summary>
/// The way out to the other services: RabbitMQ in a cluster, in memory in the one-process host. The broker is never the only
/// record: whoever publishes keeps the event in a log or can make it again.
/// </summary>
public interface IEventTransport
{
    /// <summary>
    /// Sends all, and completes when the broker has taken responsibility for each (publisher confirm). Throws
    /// <see cref="UnpublishedException"/> when one was returned or not confirmed: then any of them may have been sent, and all
    /// are to be sent again. Promises nothing about what a receiver did.
    /// </summary>
    Task PublishAsync(IReadOnlyCollection<OutgoingEvent> events, CancellationToken cancel);
}

public sealed class UnpublishedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Not now: the event speaks of another one, which comes by another queue and has not been heard.</summary>
public sealed class NotHeardYetException(string message) : Exception(message), IUnavailable;
