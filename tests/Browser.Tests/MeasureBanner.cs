using System.Globalization;
using System.Text.Json;

namespace Consent.Browser.Tests;

/// <summary>
/// How long from the start of the script until the banner has been painted, on a page that stands already, and the longest task from then on
/// until a choice was made in the settings, with the processor slowed down four times; beside it, in the same run, what a browser needs here to
/// paint one box with three buttons: told, and never asserted. <c>CONSENT_MEASURE</c> says how often; once unless set.
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
        var (shown, longest, boxes) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < times; i++)
        {
            var (visible, task) = await OnceAsync(slowdown);
            shown.Add(visible);
            longest.Add(task);
            boxes.Add((await OnceAsync(slowdown, Box)).Visible);
        }
        shown.Sort();
        boxes.Sort();
        var told = string.Create(CultureInfo.InvariantCulture,
            $"slowed down {slowdown} times, {times} visits: banner painted after {shown[times / 2]:0.0} ms (median; {shown[0]:0.0} to {shown[^1]:0.0}), a plain box after {boxes[times / 2]:0.0} ms ({boxes[0]:0.0} to {boxes[^1]:0.0}), tasks over 50 ms: {longest.Count(l => l > 0)}, longest {longest.Max():0} ms");
        TestContext.Current.SendDiagnosticMessage(told);
        TestContext.Current.TestOutputHelper?.WriteLine(told);
        if (times > 1) Console.WriteLine(told);
    }

    /// <summary>The least that asks the same: no texts, no style of its own, no state.</summary>
    private const string Box = """
        performance.mark('start');
        const box = document.createElement('div');
        Object.assign(box.style, { position: 'fixed', bottom: 0, width: '100%', background: '#eee' });
        box.className = 'kz-a';
        for (const label of ['a', 'b', 'c']) box.append(Object.assign(document.createElement('button'), { textContent: label }));
        document.body.prepend(box);
        dispatchEvent(new CustomEvent('consent:shown'));
        """;

    private async Task<(double Visible, double LongestTask)> OnceAsync(int slowdown, string? instead = null)
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
        // The script says when it starts; it comes when the page has been painted.
        await visitor.Context.RouteAsync($"**/banner/{Site}.js", async route =>
        {
            var answer = await route.FetchAsync();
            await route.FulfillAsync(new() { Response = answer, Body = instead ?? "performance.mark('start');" + await answer.TextAsync() });
        });
        await visitor.ServePageAsync(Home, Site, "<p>Een pagina.</p>", tag: "<meta>");
        await visitor.Page.GotoAsync(Home);
        // In the page alone: what drives the browser has tasks of its own there, longer than the banner's.
        var figures = await visitor.Page.EvaluateAsync<JsonElement>("""
            async ([address, isBox]) => {
              const frame = () => new Promise(next => requestAnimationFrame(() => setTimeout(next, 0)));
              const until = async is => { while (!is()) await frame(); };
              await frame();
              window.tasks.length = 0;
              const script = document.createElement('script');
              script.src = address;
              document.head.append(script);
              await until(() => window.painted);
              await frame();
              if (isBox) return [window.painted - performance.getEntriesByName('start')[0].startTime, 0];
              document.querySelectorAll('.kz-a button')[2].click();
              await until(() => document.querySelector('.kz input'));
              await frame();
              document.querySelectorAll('.kz-a button')[2].click();
              await until(() => !document.querySelector('.kz-a'));
              await frame();
              return [window.painted - performance.getEntriesByName('start')[0].startTime, Math.max(0, ...window.tasks)];
            }
            """, new object[] { $"{visitor.Host.Gateway}banner/{Site}.js", instead is not null });
        Assert.True(figures[0].GetDouble() > 0);
        return (figures[0].GetDouble(), figures[1].GetDouble());
    }
}
