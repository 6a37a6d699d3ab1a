using System.Diagnostics;
using System.Globalization;
using Consent.Load;
using Consent.Tests.Support;

namespace Consent.Benchmarks;

/// <summary>Something that is measured: a server, what it is asked, and how to know that it has finished the work that it put off.</summary>
/// <param name="Settled">Completes when nothing is left to do behind what was answered; null where nothing is ever put off.</param>
internal sealed record Contender(string Name, ServiceProcess Server, Asked Asked, Func<Task>? Settled = null);

/// <summary>One contender for a few seconds.</summary>
/// <param name="CpuPerRequest">Of the server's process, the work that it puts off included, as long as that lasted.</param>
/// <param name="Settling">For how long the server went on with what it had put off.</param>
internal sealed record Measured(double PerSecond, TimeSpan CpuPerRequest, TimeSpan P50, TimeSpan P99, TimeSpan Settling, long Resident)
{
    /// <exception cref="InvalidOperationException">An answer was wrong.</exception>
    public static async Task<Measured> OfAsync(Contender contender, int connections, TimeSpan duration, double? rate = null)
    {
        var before = contender.Server.Cpu();
        using var end = new CancellationTokenSource();
        var watching = WatchAsync(contender.Server, end.Token);
        var answered = rate is { } perSecond
            ? await Load.Load.AtRateAsync(contender.Asked, connections, perSecond, duration, CancellationToken.None)
            : await Load.Load.AtFullSpeedAsync(contender.Asked, connections, duration, CancellationToken.None);
        await end.CancelAsync();
        foreach (var (what, times) in answered.Wrong)
            throw new InvalidOperationException($"{contender.Name} answered wrongly, {times} times: {what}\n{contender.Server.LastLines()}");
        var began = Stopwatch.GetTimestamp();
        if (contender.Settled is { } settled) await settled();
        var cpu = contender.Server.Cpu() - before;
        return new Measured(
            answered.PerSecond, cpu / Math.Max(1, answered.Right), answered.Latencies.Quantile(0.5), answered.Latencies.Quantile(0.99),
            contender.Settled is null ? TimeSpan.Zero : Stopwatch.GetElapsedTime(began), await watching);
    }

    /// <summary>The most that was resident.</summary>
    private static async Task<long> WatchAsync(ServiceProcess server, CancellationToken end)
    {
        long most = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            do most = Math.Max(most, server.Resident());
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }

        return most;
    }
}

/// <summary>What Linux says of a process.</summary>
internal static class ProcessFigures
{
    private static readonly double TicksPerSecond = 100;

    /// <summary>User and system time so far.</summary>
    public static TimeSpan Cpu(this ServiceProcess process)
    {
        // The name stands in parentheses and may hold anything: the numbers come behind the last one.
        var text = File.ReadAllText($"/proc/{process.Id}/stat");
        var numbers = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return TimeSpan.FromSeconds((Number(numbers[11]) + Number(numbers[12])) / TicksPerSecond);
    }

    public static long Resident(this ServiceProcess process) =>
        Number(File.ReadAllText($"/proc/{process.Id}/statm").Split(' ')[1]) * Environment.SystemPageSize;

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
