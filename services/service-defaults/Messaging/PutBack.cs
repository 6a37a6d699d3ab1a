using System.Data.Common;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using MassTransit;

namespace Consent.ServiceDefaults.Messaging;

/// <summary>
/// A message whose handler failed because something is away, such as its database or the broker, goes back to its queue: there is
/// nothing wrong with it, and nobody should have to replay it after every outage. The error queue is for what cannot be handled, and for
/// an outage that outlasts <see cref="MostReturns"/> returns.
/// </summary>
internal sealed class PutBack : IFilter<ExceptionReceiveContext>
{
    /// <summary>Between two returns lie the retries in memory, more than a second: together at least four minutes.</summary>
    private const int MostReturns = 200;

    /// <summary>What a quorum queue counts of each message.</summary>
    private const string Returns = "x-delivery-count";

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!IsOutage(context.Exception) || context.TransportHeaders.Get<long>(Returns) >= MostReturns) return next.Send(context);
        // What leaves the pipe of errors as an exception is refused to the broker, which keeps it.
        ExceptionDispatchInfo.Throw(context.Exception);
        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("put-back");

    /// <summary>Whether something that the handler needs was away, by the exception or one that led to it.</summary>
    internal static bool IsOutage(Exception? e) =>
        e is IUnavailable or UnpublishedException or DbException or IOException or SocketException or TimeoutException or OperationCanceledException
        || (e is AggregateException all && all.InnerExceptions.Any(IsOutage))
        || (e?.InnerException is { } inner && IsOutage(inner));
}
