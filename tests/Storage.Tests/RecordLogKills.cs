using System.Diagnostics;
using System.Text.Json;

namespace Consent.Storage.Tests;

/// <summary>The contract of what was acknowledged: a process that appends is killed without warning, and all of it is there afterwards.</summary>
public abstract partial class RecordLogContract
{
    [Fact]
    public async Task KilledWhileAppending_NothingAcknowledgedIsMissing_AndNothingIsHalfThere()
    {
        var acknowledged = new List<(string Stream, long Version, string Id)>();
        for (var kill = 1; kill <= 3 * int.Parse(Environment.GetEnvironmentVariable("CONSENT_TORTURE") ?? "1"); kill++)
        {
            var before = acknowledged.Count;
            acknowledged.AddRange(await AppendAndKillAsync(afterLines: 300));
            Assert.True(acknowledged.Count >= before + 300);

            var log = Open();
            var there = (await log.WholeFeedAsync(1000)).ToDictionary(r => r.Id);
            Assert.All(acknowledged, a => Assert.Equal((a.Stream, a.Version), (there[a.Id].Stream, there[a.Id].Version)));
            foreach (var stream in there.Values.GroupBy(r => r.Stream))
            {
                var history = await log.HistoryAsync(stream.Key);
                Assert.Equal(Enumerable.Range(1, history.Count).Select(v => (long)v), history.Select(r => r.Version));
                Assert.All(history, r => Assert.Equal(r.Version, r.Read<JsonElement>().GetProperty("version").GetInt64()));
            }

            Close(log);
        }
    }

    private async Task<List<(string Stream, long Version, string Id)>> AppendAndKillAsync(int afterLines)
    {
        using var process = StartToBeKilled(AppendUntilKilled.Verb);
        var lines = new List<string>();
        while (lines.Count < afterLines && await process.StandardOutput.ReadLineAsync() is { } line) lines.Add(line);
        process.Kill();
        // What was written before the kill still lies in the pipe, but for a last line that may be cut.
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        lines.AddRange(rest.Split('\n')[..^1]);
        return [.. lines.Select(l => l.Split(' ')).Select(l => (l[0], long.Parse(l[1]), l[2]))];
    }

    /// <summary>This very program, built to run both by itself and under "dotnet", on the engine of the test.</summary>
    private Process StartToBeKilled(string verb)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[typeof(ToldEngine).Assembly.Location, verb, .. Engine]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
