using System.Diagnostics;

namespace Consent.Host;

/// <summary>Starts everything, publishes the samples, says where to look, and waits for Ctrl-C.</summary>
internal static class RunHost
{
    public static async Task<int> RunAsync(HostAddresses options, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            if (options.GatewayOrigin == options.DemoOrigin) throw new CannotStartException("Give --demo another port than --urls: a demonstration needs an origin of its own.");
            using var folder = DataFolder.Take(options.Data);
            await using var product = await OneProcess.StartAsync(options, cancel);
            var sites = await PublishSamples.RunAsync(options, cancel);
            WhereToLook.Print(options, sites, clock.Elapsed);
            await Task.Delay(Timeout.Infinite, cancel);
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
