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
    /// <summary>With their pauses about five minutes.</summary>
    private const int MostReturns = 16;

    /// <summary>Result codes of SQLite (sqlite.org/rescode.html).</summary>
    private const int SqliteTooBig = 18;
    private const int SqliteConstraint = 19;
    private const int SqliteMismatch = 20;

    /// <summary>What a quorum queue counts of each message.</summary>
    private const string Returns = "x-delivery-count";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        var returns = context.TransportHeaders.Get<long>(Returns) ?? 0;
        if (!IsOutage(context.Exception) || returns >= MostReturns)
        {
            await next.Send(context);
            return;
        }

        // It keeps its place among those that may be under way at once, so that little is tried while nothing can be done.
        await Task.Delay(PauseAfter(returns), context.CancellationToken);
        // What leaves the pipe of errors as an exception is refused to the broker, which keeps it.
        ExceptionDispatchInfo.Throw(context.Exception);
    }

    /// <summary>1, 2, 4 seconds and so on, up to 30.</summary>
    internal static TimeSpan PauseAfter(long returns) =>
        returns >= 5 ? LongestPause : TimeSpan.FromSeconds(1 << (int)returns);

    public void Probe(ProbeContext context) => context.CreateFilterScope("put-back");

    /// <summary>
    /// Whether something that the handler needs was away, by the exception or one that led to it. A database that refuses what it was given
    /// (in SQL a state of class 22 or 23, in SQLite a constraint, a wrong type or a value too big) is there: it will refuse it again.
    /// </summary>
    internal static bool IsOutage(Exception? e) =>
        !IsRefusal(e) && (e is IUnavailable or UnpublishedException or DbException or IOException or SocketException or TimeoutException or OperationCanceledException
        || (e is AggregateException all && all.InnerExceptions.Any(IsOutage))
        || (e?.InnerException is { } inner && IsOutage(inner)));

    private static bool IsRefusal(Exception? e) =>
        e is DbException { SqlState: ['2', '2' or '3', ..] }
        // Of Microsoft.Data.Sqlite's SqliteException, which this project does not reference.
        || (e is DbException && e.GetType().GetProperty("SqliteErrorCode")?.GetValue(e) is SqliteTooBig or SqliteConstraint or SqliteMismatch);
}
