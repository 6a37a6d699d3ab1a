using System.Diagnostics;

namespace Consent.Storage.Tests;

/// <summary>A process that appends is killed without warning; everything that it acknowledged is there afterwards.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task KilledWhileAppending_NothingAcknowledgedIsMissing_AndNothingIsHalfThere()
    {
        var file = _folder.File("log.db");
        var acknowledged = new List<(string Stream, long Version, string Id)>();
        for (var kill = 1; kill <= 3 * int.Parse(Environment.GetEnvironmentVariable("CONSENT_TORTURE") ?? "1"); kill++)
        {
            var before = acknowledged.Count;
            acknowledged.AddRange(await RunAndKillAsync(file, afterLines: 300));
            Assert.True(acknowledged.Count >= before + 300);

            using var log = SqliteRecordLog.Open(new LogFiles(file, file + ".keys"), "test", TimeProvider.System);
            var there = (await log.WholeFeedAsync()).ToDictionary(r => r.Id);
            Assert.All(acknowledged, a => Assert.Equal((a.Stream, a.Version), (there[a.Id].Stream, there[a.Id].Version)));
            foreach (var stream in there.Values.GroupBy(r => r.Stream))
            {
                var history = await log.HistoryAsync(stream.Key);
                Assert.Equal(Enumerable.Range(1, history.Count).Select(v => (long)v), history.Select(r => r.Version));
                Assert.All(history, r => Assert.Equal(r.Version, r.Read<System.Text.Json.JsonElement>().GetProperty("version").GetInt64()));
            }
        }
    }

    private static async Task<List<(string Stream, long Version, string Id)>> RunAndKillAsync(string file, int afterLines)
    {
        // Built to run both by itself and under "dotnet": either way this very program is meant.
        using var process = Process.Start(new ProcessStartInfo("dotnet")
        {
            ArgumentList = { typeof(KillTests).Assembly.Location, AppendUntilKilled.Verb, file },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var lines = new List<string>();
        while (lines.Count < afterLines && await process.StandardOutput.ReadLineAsync() is { } line) lines.Add(line);
        process.Kill();
        // What was written before the kill still lies in the pipe, but for a last line that may be cut.
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        lines.AddRange(rest.Split('\n')[..^1]);
        return [.. lines.Select(l => l.Split(' ')).Select(l => (l[0], long.Parse(l[1]), l[2]))];
    }
}
