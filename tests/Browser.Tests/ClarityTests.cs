namespace Consent.Browser.Tests;

/// <summary>Microsoft Clarity, whose own snippet is held back as any script is.</summary>
public class ClarityTests(RunningHost host)
{
    private const string Site = "raadhuis";
    private const string Home = "https://www.raadhuis.example/";

    [Fact]
    public async Task X2_Clarity_hears_what_was_granted_although_it_comes_after_it_and_nobody_had_prepared_for_it()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServeAsync("https://www.clarity.ms/tag/proef", "window.atTag = window.clarity.q.map(said => [...said])");
        await visitor.ServePageAsync(Home, Site, """
            <script type="text/plain" data-purpose="statistics">
              (function (c, l, a, r, i, t, y) {
                c[a] = c[a] || function () { (c[a].q = c[a].q || []).push(arguments) };
                t = l.createElement(r); t.async = 1; t.src = 'https://www.clarity.ms/tag/' + i;
                y = l.getElementsByTagName(r)[0]; y.parentNode.insertBefore(t, y);
              })(window, document, 'clarity', 'script', 'proef');
            </script>
            """);
        await visitor.GoAsync(Home);
        await visitor.PartsAsync("act");
        await visitor.RoundTripAsync();
        Assert.Empty(visitor.Requests("clarity.ms"));
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.atTag");
        Assert.Equal("""[["consentv2",{"ad_Storage":"denied","analytics_Storage":"granted"}]]""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.atTag)"));
        Assert.Single(visitor.Requests("clarity.ms"));
        Assert.Empty(visitor.Errors);
    }
}
