namespace Consent.Browser.Tests;

/// <summary>The page is told how each purpose stands in the words of the W3C Data Privacy Vocabulary.</summary>
public class StatusTests(RunningHost host)
{
    private const string Site = "koppelhuis";
    private const string Home = "https://www.koppelhuis.example/";

    [Fact]
    public async Task Each_purpose_is_unknown_given_or_refused_and_invalidated_when_it_was_given_for_something_else()
    {
        await using var visitor = await host.VisitorAsync();
        await visitor.ServePageAsync(Home, Site);
        await visitor.GoAsync(Home);
        Assert.Equal("""{"recognition":"dpv:ConsentUnknown","statistics":"dpv:ConsentUnknown","media":"dpv:ConsentUnknown"}""", await StatusAsync(visitor));
        await visitor.Button("Instellingen").ClickAsync();
        await visitor.Toggle("statistics").CheckAsync();
        await visitor.DecideAsync("Keuze opslaan");
        await visitor.SentAsync();
        Assert.Equal("""{"recognition":"dpv:ConsentRefused","statistics":"dpv:ConsentGiven","media":"dpv:ConsentRefused"}""", await StatusAsync(visitor));

        await visitor.Page.EvaluateAsync("""
            () => {
              const choice = JSON.parse(decodeURIComponent(document.cookie.match(/consent-choice=([^;]+)/)[1]));
              choice.p.statistics[0] = '0123456789abcdef';
              document.cookie = 'consent-choice=' + encodeURIComponent(JSON.stringify(choice)) + ';Path=/;Domain=koppelhuis.example;Secure';
            }
            """);
        Assert.Contains("\"statistics\":\"dpv:ConsentInvalidated\"", await StatusAsync(visitor), StringComparison.Ordinal);
        Assert.Empty(visitor.Errors);
    }

    private static Task<string> StatusAsync(Visitor visitor) => visitor.Page.EvaluateAsync<string>("async () => JSON.stringify(await window.consent.status())");
}
