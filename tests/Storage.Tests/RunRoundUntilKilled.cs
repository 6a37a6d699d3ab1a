namespace Consent.Storage.Tests;

/// <summary>What the killed process does: it begins a round, says so on standard output, and never ends it.</summary>
internal static class RunRoundUntilKilled
{
    public const string Verb = "run-round-until-killed";

    /// <param name="engine">The file of the log and the folder of its keys; on PostgreSQL, the connection strings of data and keys too.</param>
    public static async Task<int> RunAsync(string[] engine)
    {
        var files = new LogFiles(engine[0], engine[1]);
        IRecordLog log = engine is [_, _, var data, var keys]
            ? PostgresRecordLog.Open(data, keys, files, "test", TimeProvider.System)
            : SqliteRecordLog.Open(files, "test", TimeProvider.System);
        await new Rounds(log, "sweep", TimeProvider.System).TryAsync(
            async (lease, running) =>
            {
                await Console.Out.WriteLineAsync($"fence {lease.Fence}");
                await Task.Delay(Timeout.Infinite, running);
            },
            CancellationToken.None);
        return 0;
    }
}
