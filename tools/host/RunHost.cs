using System.Diagnostics;
using Consent.ServiceDefaults;

namespace Consent.Host;

/// <summary>Starts everything, and waits until it is stopped. What keeps it from starting is one sentence on standard error, and exit code 1.</summary>
internal static class RunHost
{
    /// <summary>How long all of it may take to stop: the gateway and then the services have 20 s each to end what is under way, and what they count is sent.</summary>
    public static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(45);

    /// <summary>With the samples published; says where to look.</summary>
    public static Task<int> DemonstrateAsync(HostAddresses options, CancellationToken cancel) => UntilStoppedAsync(async () =>
    {
        var clock = Stopwatch.StartNew();
        if (options.GatewayOrigin == options.DemoOrigin) throw new CannotStartException("Give --demo another port than --urls: a demonstration needs an origin of its own.");
        using var folder = DataFolder.Take(options.Data);
        await using var product = await OneProcess.StartAsync(HostPlan.OfADemonstration(options), cancel);
        var sites = await PublishSamples.RunAsync(options, cancel);
        WhereToLook.Print(options, sites, clock.Elapsed);
        await Task.Delay(Timeout.Infinite, cancel);
    }, cancel);

    /// <summary>In a container, set up by its environment: nothing is published, and nothing shown.</summary>
    public static Task<int> ServeAsync(IConfiguration settings, CancellationToken cancel) => UntilStoppedAsync(async () =>
    {
        var clock = Stopwatch.StartNew();
        var plan = HostPlan.OfAContainer(settings);
        if (string.IsNullOrEmpty(plan.Services["Auth:MetadataAddress"] ?? settings["Auth:Authority"]))
            throw new CannotStartException("No token issuer is configured: set Auth:Authority to the address of an OpenID Connect issuer.");
        using var folder = DataFolder.Take(plan.Data);
        await using var product = await OneProcess.StartAsync(plan, cancel);
        Console.WriteLine($"Consent is ready, after {clock.Elapsed.TotalSeconds:0.0} s, at {plan.Listen}.");
        await Task.Delay(Timeout.Infinite, cancel);
    }, cancel);

    /// <summary>Runs what is told how long a stop may take: the time for which the gateway drains, and <see cref="EndWithin"/>.</summary>
    public static async Task<int> WithTimeToEndAsync(IConfiguration settings, Func<TimeSpan, Task<int>> run)
    {
        TimeSpan drainFor;
        try
        {
            drainFor = DrainTime.Of(settings);
        }
        catch (InvalidOperationException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        return await run(drainFor + EndWithin);
    }

    /// <summary>What the argument <c>migrate</c> does to each service, to all of them.</summary>
    public static int BringUpToDate(IConfiguration settings) => Migrate.Run(OneProcess.ComposeServices(HostPlan.OfAContainer(settings)), Console.Out, Console.Error);

    private static async Task<int> UntilStoppedAsync(Func<Task> run, CancellationToken cancel)
    {
        try
        {
            await run();
        }
        catch (CannotStartException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.WriteLine("Stopped.");
        }
        return 0;
    }
}
