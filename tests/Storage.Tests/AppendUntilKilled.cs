namespace Consent.Storage.Tests;

/// <summary>What the killed process does: many writers append, and each says on standard output what was acknowledged to it.</summary>
internal static class AppendUntilKilled
{
    public const string Verb = "append-until-killed";

    /// <param name="engine">See <see cref="ToldEngine"/>.</param>
    public static async Task<int> RunAsync(string[] engine)
    {
        var log = ToldEngine.Open(engine);
        var output = Console.OpenStandardOutput();
        var gate = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            while (true)
            {
                var record = await log.AppendOnTopAsync($"s{w % 4}");
                // One write, no buffer: a line that left is a promise that was given.
                var line = System.Text.Encoding.ASCII.GetBytes($"{record.Stream} {record.Version} {record.Id}\n");
                lock (gate) output.Write(line);
            }
        })));
        return 0;
    }
}
