using System.Globalization;
using System.Text.Json;

namespace Consent.Browser.Tests;

/// <summary>
/// How long from the arrival of the script until the banner has been painted, and the longest task, with the processor slowed down four
/// times: told, and never asserted. <c>CONSENT_MEASURE</c> says how often; once unless set.
/// </summary>
public class MeasureBanner(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task From_the_script_to_the_banner(int slowdown)
    {
        var times = int.Parse(Environment.GetEnvironmentVariable("CONSENT_MEASURE") ?? "1", CultureInfo.InvariantCulture);
        var (shown, longest) = (new List<double>(), new List<double>());
        for (var i = 0; i < times; i++)
        {
            var (visible, task) = await OnceAsync(slowdown);
            shown.Add(visible);
            longest.Add(task);
        }
        shown.Sort();
        var told = string.Create(CultureInfo.InvariantCulture,
            $"slowed down {slowdown} times, {times} visits: banner painted after {shown[times / 2]:0.0} ms (median; {shown[0]:0.0} to {shown[^1]:0.0}), tasks over 50 ms: {longest.Count(l => l > 0)}, longest {longest.Max():0} ms");
        TestContext.Current.SendDiagnosticMessage(told);
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        if (times > 1) Console.WriteLine(told);
    }

    private async Task<(double Visible, double LongestTask)> OnceAsync(int slowdown)
    {
        await using var visitor = await host.VisitorAsync();
        var devtools = await visitor.Context.NewCDPSessionAsync(visitor.Page);
        await devtools.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = slowdown });
        await visitor.Context.AddInitScriptAsync("""
            window.tasks = [];
            new PerformanceObserver(l => window.tasks.push(...l.getEntries().map(e => e.duration))).observe({ type: 'longtask', buffered: true });
            addEventListener('consent:shown', () => requestAnimationFrame(() => {
              const painted = new MessageChannel();
              painted.port1.onmessage = () => { window.painted ??= performance.now(); };
              painted.port2.postMessage(0);
            }));
            """);
        await visitor.ServePageAsync(Home, Site, "<p>Een pagina.</p>");
        await visitor.GoAsync(Home);
        await visitor.Page.WaitForFunctionAsync("() => window.painted");
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").WaitForAsync();
        await visitor.DecideAsync("Alles weigeren");
        var figures = await visitor.Page.EvaluateAsync<JsonElement>("""
            () => [window.painted - performance.getEntriesByType('resource').find(r => /\/banner\/[^/]+\.js/.test(r.name)).responseEnd, Math.max(0, ...window.tasks)]
            """);
        Assert.True(figures[0].GetDouble() > 0);
        return (figures[0].GetDouble(), figures[1].GetDouble());
    }
}
