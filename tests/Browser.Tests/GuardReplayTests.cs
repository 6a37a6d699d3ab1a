using Consent.Tests.Support;
using static Consent.Browser.Tests.GuardedSite;

namespace Consent.Browser.Tests;

/// <summary>With data-replay, what was held is made when consent comes; nothing is kept without it, nor beyond a refusal.</summary>
public class GuardReplayTests(GuardedSite guarded) : IClassFixture<GuardedSite>
{
    private const string Player = "player.kijkdoos.example";

    /// <summary>A script, an image and three fetches of which one may not be repeated; how the fetches ended stands in <c>window.ends</c>.</summary>
    private const string Ask = $$"""
        () => {
          const script = document.createElement('script');
          script.src = 'https://{{Player}}/script';
          script.async = true;
          document.head.append(script);
          window.image = new Image();
          image.src = 'https://{{Player}}/image-old';
          image.src = 'https://{{Player}}/image-new';
          window.ends = {};
          const ask = (name, options) => fetch(`https://{{Player}}/${name}`, options).then(() => 'asked', e => e.name).then(end => { ends[name] = end; });
          ask('get');
          ask('head', { method: 'head' });
          return ask('post', { method: 'POST', body: 'x' });
        }
        """;

    [Fact]
    public async Task What_was_held_and_can_be_repeated_is_made_once_when_consent_comes()
    {
        await using var visitor = await guarded.VisitorAsync("data-replay");
        await visitor.GoAsync(Home);
        await visitor.Page.EvaluateAsync(Ask);
        Assert.Equal("""{"post":"TypeError"}""", await visitor.Page.EvaluateAsync<string>("() => JSON.stringify(window.ends)"));
        await visitor.Page.EvaluateAsync("() => dispatchEvent(new CustomEvent('consent:changed', { detail: { purposes: {} } }))");
        Assert.Empty(visitor.Requests("kijkdoos.example"));

        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 1 && window.ends.get === 'asked' && window.ends.head === 'asked'");
        await Eventually.IsSoAsync("the image is asked for", () => Task.FromResult(visitor.Requests("image-new").Count == 1));
        Assert.Equal(["get", "head", "image-new", "script"], visitor.Requests("kijkdoos.example").Select(r => r.Url.Split('/')[^1]).Order());
        Assert.Equal("HEAD", visitor.Requests("/head")[0].Method);
        await visitor.Page.EvaluateAsync("() => dispatchEvent(new CustomEvent('consent:changed', { detail: { purposes: {} } }))");
        Assert.Equal(1, await visitor.Page.EvaluateAsync<int>("() => window.ran"));
        Assert.Equal(4, visitor.Requests("kijkdoos.example").Count);
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task A_refusal_discards_what_waited_and_a_later_consent_does_not_bring_it_back()
    {
        await using var visitor = await guarded.VisitorAsync("data-replay");
        await visitor.GoAsync(Home);
        await visitor.Page.EvaluateAsync(Ask);
        await visitor.DecideAsync("Alles weigeren");
        await visitor.Page.WaitForFunctionAsync("() => window.ends.get === 'TypeError' && window.ends.head === 'TypeError'");
        // Who refused is not asked again: nothing waits for that.
        Assert.Equal("TypeError", await visitor.Page.EvaluateAsync<string>($"() => fetch('https://{Player}/later').catch(e => e.name)"));

        await visitor.Reopener.ClickAsync();
        await visitor.DecideAsync("Alles accepteren");
        Assert.Equal("asked", await visitor.Page.EvaluateAsync<string>($"() => fetch('https://{Player}/now').then(() => 'asked')"));
        Assert.Equal(["now"], visitor.Requests("kijkdoos.example").Select(r => r.Url.Split('/')[^1]));
        Assert.False(await visitor.Page.EvaluateAsync<bool>("() => 'ran' in window"));
    }

    [Fact]
    public async Task Without_it_nothing_is_kept()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.GoAsync(Home);
        await visitor.Page.EvaluateAsync(Ask);
        await visitor.Page.WaitForFunctionAsync("() => Object.values(window.ends).join() === 'TypeError,TypeError,TypeError'");
        await visitor.DecideAsync("Alles accepteren");
        Assert.Equal("asked", await visitor.Page.EvaluateAsync<string>($"() => fetch('https://{Player}/now').then(() => 'asked')"));
        Assert.Equal(["now"], visitor.Requests("kijkdoos.example").Select(r => r.Url.Split('/')[^1]));
    }

    [Fact]
    public async Task What_no_choice_can_permit_does_not_wait_and_what_the_page_gives_up_is_not_made()
    {
        await using var visitor = await guarded.VisitorAsync("data-replay");
        await visitor.ServeAsync(Home + "own.txt", "own", "text/plain");
        await visitor.GoAsync(Home);
        Assert.Equal(["TypeError", "AbortError", "AbortError"], await visitor.Page.EvaluateAsync<string[]>(
            $$"""
            () => {
              const end = (url, signal) => fetch(url, { signal }).catch(e => e.name), stop = new AbortController();
              const waits = end('https://{{Player}}/stopped', stop.signal);
              stop.abort();
              window.image = new Image();
              image.src = 'https://{{Player}}/image';
              image.src = '/own.txt';
              return Promise.all([end('https://stranger.example/x'), waits, end('https://{{Player}}/stopped', stop.signal)]);
            }
            """));
        await visitor.DecideAsync("Alles accepteren");
        Assert.Equal("asked", await visitor.Page.EvaluateAsync<string>($"() => fetch('https://{Player}/now').then(() => 'asked')"));
        Assert.Equal(["now"], visitor.Requests("kijkdoos.example").Select(r => r.Url.Split('/')[^1]));
    }
}
