using System.Diagnostics;
using Consent.Tests.Support;

namespace Consent.Faults.Tests;

public class FakeClockTests
{
    /// <summary>One whose timed waits end at once keeps a core busy, and the scenarios would try something else than they say.</summary>
    [Fact]
    public async Task A_process_under_a_moved_clock_waits_where_it_waits()
    {
        using var clock = new FakeClock();
        clock.Move(TimeSpan.FromDays(1));
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}");
        await using var echo = new ServiceProcess("echo", Repository.Program("tools/load"), address, clock.Settings)
        {
            Arguments = ["echo", "--urls", address.GetLeftPart(UriPartial.Authority)],
        };
        echo.Start();
        using var http = new HttpClient();
        await Eventually.IsSoAsync("it answers", async () => (await http.GetAsync(address)).IsSuccessStatusCode, TimeSpan.FromSeconds(30));
        using var process = Process.GetProcessById(echo.Id);
        var (before, began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        // Nobody asks it anything for as long as it is looked at.
        await Task.Delay(TimeSpan.FromSeconds(3));
        process.Refresh();
        var busy = (process.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(began);
        Assert.True(busy < 0.5, $"It was busy for {busy:p0} of the time.");
    }
}
