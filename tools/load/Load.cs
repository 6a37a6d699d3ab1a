using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Consent.Load;

/// <param name="NextVisitor">The number of the visitor for whom the next request is.</param>
/// <param name="Expected">The status of a right answer.</param>
/// <param name="OnRight">Told of each right answer, with the visitor's number, as soon as it is there.</param>
internal sealed record Asked(Uri Server, Template Request, Visitors Visitors, Func<long> NextVisitor, int Expected, Action<long>? OnRight = null);

/// <param name="Right">Answers with the status expected, within the time.</param>
/// <param name="Wrong">All others, and connections that broke, by what they said.</param>
internal sealed record Answered(long Right, IReadOnlyDictionary<string, long> Wrong, TimeSpan Took, Latencies Latencies)
{
    public double PerSecond => Right / Took.TotalSeconds;
}

/// <summary>Load on one server, over connections that each have one request under way.</summary>
internal static class Load
{
    /// <summary>As fast as it is answered.</summary>
    public static Task<Answered> AtFullSpeedAsync(Asked asked, int connections, TimeSpan duration, CancellationToken cancel) =>
        RunAsync(asked, connections, duration, null, _ => { }, cancel);

    /// <summary>
    /// At a steady rate, whatever the server does: an answer counts from the moment at which its request was due, so that a pause
    /// of the server is felt by all who would have come meanwhile.
    /// </summary>
    public static async Task<Answered> AtRateAsync(Asked asked, int connections, double perSecond, TimeSpan duration, CancellationToken cancel)
    {
        var due = Channel.CreateUnbounded<long>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var clock = new TaskCompletionSource();
        var answered = await RunAsync(asked, connections, duration, due.Reader, start => new Thread(() => Tick(due.Writer, start, perSecond, duration, clock, end.Token)).Start(), cancel);
        await end.CancelAsync();
        await clock.Task;
        return answered;
    }

    private static void Tick(ChannelWriter<long> due, long start, double perSecond, TimeSpan duration, TaskCompletionSource done, CancellationToken cancel)
    {
        for (long made = 0; !cancel.IsCancellationRequested && Stopwatch.GetElapsedTime(start) is var now && now < duration;)
        {
            for (; made < now.TotalSeconds * perSecond; made++) due.TryWrite(start + (long)(made / perSecond * Stopwatch.Frequency));
            cancel.WaitHandle.WaitOne(1);
        }

        due.Complete();
        done.SetResult();
    }

    private static async Task<Answered> RunAsync(
        Asked asked, int connections, TimeSpan duration, ChannelReader<long>? due, Action<long> begin, CancellationToken cancel)
    {
        // To connect is no part of what is measured: who comes often has his connection.
        var open = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Connection.OpenAsync(asked.Server, cancel)));
        try
        {
            var start = Stopwatch.GetTimestamp();
            begin(start);
            var each = await Task.WhenAll(open.Select(connection => Task.Run(() => KeepAskingAsync(connection, asked, start, duration, due, cancel), cancel)));
            var took = Stopwatch.GetElapsedTime(start);
            var latencies = new Latencies();
            foreach (var one in each) latencies.Add(one.Latencies);
            var wrong = each.SelectMany(e => e.Wrong).GroupBy(w => w.Key).ToDictionary(g => g.Key, g => g.Sum(w => w.Value));
            return new Answered(latencies.Count, wrong, took, latencies);
        }
        finally
        {
            foreach (var connection in open) connection.Dispose();
        }
    }

    private static async Task<(Latencies Latencies, Dictionary<string, long> Wrong)> KeepAskingAsync(
        Connection connection, Asked asked, long start, TimeSpan duration, ChannelReader<long>? due, CancellationToken cancel)
    {
        var (latencies, wrong) = (new Latencies(), new Dictionary<string, long>(StringComparer.Ordinal));
        var request = new byte[asked.Request.Length];
        asked.Request.Begin(request);
        try
        {
            while (Stopwatch.GetElapsedTime(start) < duration)
            {
                var from = Stopwatch.GetTimestamp();
                if (due is not null && !(await due.WaitToReadAsync(cancel) && due.TryRead(out from)))
                {
                    if (due.Completion.IsCompleted) break;
                    continue;
                }

                var visitor = asked.NextVisitor();
                asked.Request.Name(asked.Visitors, visitor, request);
                var status = await connection.AskAsync(request, cancel);
                if (status == asked.Expected)
                {
                    latencies.Add(Stopwatch.GetElapsedTime(from));
                    asked.OnRight?.Invoke(visitor);
                }
                else wrong[$"status {status}"] = wrong.GetValueOrDefault($"status {status}") + 1;
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            wrong[e.Message] = 1;
        }

        return (latencies, wrong);
    }
}
