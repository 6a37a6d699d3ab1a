namespace Consent.Storage.Tests;

/// <summary>What the killed process does: it begins a round, says so on standard output, and never ends it.</summary>
internal static class RunRoundUntilKilled
{
    public const string Verb = "run-round-until-killed";

    /// <param name="engine">See <see cref="ToldEngine"/>.</param>
    public static async Task<int> RunAsync(string[] engine)
    {
        await new Rounds(ToldEngine.Open(engine), "sweep", TimeProvider.System).TryAsync(
            async (lease, running) =>
            {
                await Console.Out.WriteLineAsync($"fence {lease.Fence}");
                await Task.Delay(Timeout.Infinite, running);
            },
            CancellationToken.None);
        return 0;
    }
}
