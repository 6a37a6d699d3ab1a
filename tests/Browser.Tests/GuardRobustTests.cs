using static Consent.Browser.Tests.GuardedSite;

namespace Consent.Browser.Tests;

/// <summary>The guard under strict policies, without cookies, and with pages that do odd things.</summary>
public class GuardRobustTests(GuardedSite guarded) : IClassFixture<GuardedSite>
{
    private const string Player = "player.kijkdoos.example";

    /// <summary>What a page can do wrong, or can ask of the functions themselves; says of each how it ended.</summary>
    private const string OddThings = """
        async () => {
          const say = value => typeof value === 'object' && value ? value.constructor.name : String(value);
          const things = {
            'fetch without arguments': () => fetch(),
            'fetch of a symbol': () => fetch(Symbol('x')),
            'fetch of no address': () => fetch('http://['),
            'fetch of what throws': () => fetch({ toString() { throw new RangeError('mine'); } }),
            'fetch with odd options': () => fetch('/own.txt', { method: 5, signal: null }).then(r => r.status),
            'fetch of another scheme': () => fetch('mailto:me@x.example'),
            'open without arguments': () => new XMLHttpRequest().open(),
            'open of no address': () => new XMLHttpRequest().open('GET', 'http://['),
            'open by a forbidden method': () => new XMLHttpRequest().open('TRACE', 'https://stranger.example/'),
            'send before open': () => new XMLHttpRequest().send(),
            'send of another object': () => XMLHttpRequest.prototype.send.call({}),
            'beacon without arguments': () => navigator.sendBeacon(),
            'beacon of no address': () => navigator.sendBeacon('http://['),
            'socket without arguments': () => new WebSocket(),
            'socket of no address': () => new WebSocket('http://['),
            'socket of another scheme': () => new WebSocket('mailto:me@x.example'),
            'socket without new': () => WebSocket('/x'),
            'source without arguments': () => new EventSource(),
            'attribute without arguments': () => document.body.setAttribute(),
            'attribute of no name': () => document.body.setAttribute('', 'x'),
            'attribute of another object': () => Element.prototype.setAttribute.call({ localName: 'img' }, 'src', 'https://stranger.example/'),
            'attribute of an element of an odd name': () => document.createElement('constructor').setAttribute('src', 'x'),
            'attribute of a symbol': () => new Image().setAttribute('src', Symbol('x')),
            'property of another object': () => Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src').set.call({}, 'https://stranger.example/'),
            'image of nothing': () => { const image = new Image(); image.src = null; return image.getAttribute('src'); },
            'image of the empty text': () => { const image = new Image(); image.src = ''; return image.src; },
            'image of no address': () => { const image = new Image(); image.src = 'http://['; return image.src; },
            'set of no addresses': () => { const image = new Image(); image.srcset = ' , http://[ 2x,, '; return image.srcset; },
            'frame of a script': () => { const frame = document.createElement('iframe'); frame.src = 'javascript:1'; return frame.src; },
            'object of nothing': () => { const object = document.createElement('object'); object.data = undefined; return object.getAttribute('data'); },
            'reflection': () => [fetch.name, fetch.length, WebSocket.name, WebSocket.CLOSED, XMLHttpRequest.prototype.open.length, new Image() instanceof HTMLImageElement].join(),
            'setter and getter': () => Object.entries(Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, 'src')).map(([k, v]) => `${k} ${v.name ?? v}`).join(),
            'an own class of sockets': () => { class Mine extends WebSocket { mine() { return 'mine'; } } return Mine.prototype.mine.call(Mine) + (Object.getPrototypeOf(Mine) === WebSocket); },
            'answer of setting': () => String(Reflect.set(new Image(), 'src', '/own.png')) + String(new Image().setAttribute('src', '/own.png')),
          };
          const ends = [];
          for (const [thing, make] of Object.entries(things)) {
            try { ends.push(`${thing}: ${say(await make())}`); } catch (e) { ends.push(`${thing}: ${e.name}`); }
          }
          return ends;
        }
        """;

    [Fact]
    public async Task Odd_things_end_as_they_do_without_the_guard()
    {
        var ends = new List<string[]>();
        foreach (var tag in (string?[])["", null])
        {
            await using var visitor = await guarded.VisitorAsync(guard: tag);
            await visitor.ServeAsync(Home + "own.txt", "own", "text/plain");
            await visitor.GoAsync(Home);
            ends.Add(await visitor.Page.EvaluateAsync<string[]>(OddThings));
            Assert.Empty(visitor.Requests("stranger.example"));
            Assert.Empty(visitor.Errors);
        }

        Assert.Equal(ends[0], ends[1]);
        Assert.Contains("fetch of what throws: RangeError", ends[1]);
    }

    [Fact]
    public async Task A_held_connection_is_one_to_the_page_and_closes()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.GoAsync(Home);
        Assert.Equal(
            [$"wss://{Player}/x 0 true true", "3 error close", $"https://{Player}/x 0 true", "2 error"],
            await visitor.Page.EvaluateAsync<string[]>(
                $$"""
                async () => {
                  class Mine extends WebSocket { mine() {} }
                  const socket = new Mine('wss://{{Player}}/x'), source = new EventSource('https://{{Player}}/x'), heard = [[], []];
                  const first = `${socket.url} ${socket.readyState} ${socket instanceof WebSocket} ${socket instanceof Mine}`;
                  const third = `${source.url} ${source.readyState} ${source instanceof EventSource}`;
                  socket.onerror = e => heard[0].push(e.type);
                  source.onerror = e => heard[1].push(e.type);
                  await new Promise(done => { socket.onclose = e => { heard[0].push(e.type); done(); }; });
                  socket.send('x');
                  socket.close();
                  await new Promise(done => setTimeout(done));
                  return [first, `${socket.readyState} ${heard[0].join(' ')}`, third, `${source.readyState} ${heard[1].join(' ')}`];
                }
                """));
        Assert.Empty(visitor.Errors);
    }

    [Theory]
    [InlineData("script-src 'nonce-abc' 'strict-dynamic'")]
    [InlineData("script-src 'nonce-abc' 'strict-dynamic'; require-trusted-types-for 'script'; trusted-types consent page")]
    public async Task Under_a_strict_policy_with_a_nonce_and_trusted_types_it_holds_and_lets_through_what_the_page_trusts(string scripts)
    {
        await using var visitor = await guarded.VisitorAsync(
            body: """<script type="text/plain" nonce="abc" data-purpose="statistics">window.released = 1</script>""",
            policy: $"default-src 'none'; connect-src {guarded.Gateway} https://{Player}; {scripts}");
        await visitor.GoAsync(Home);
        const string Load = $$"""
            () => {
              const policy = window.trustedTypes?.createPolicy('page', { createScriptURL: url => url });
              const ask = url => {
                const one = document.createElement('script'), two = document.createElement('script');
                one.src = policy ? policy.createScriptURL(url) : url;
                two.setAttribute('src', policy ? policy.createScriptURL(url) : url);
                document.head.append(one, two);
              };
              (window.load = () => ask('https://{{Player}}/script'))();
              return fetch('https://{{Player}}/x').catch(e => e.name);
            }
            """;
        Assert.Equal("TypeError", await visitor.Page.EvaluateAsync<string>(Load));
        Assert.Empty(visitor.Requests("kijkdoos.example"));
        await visitor.DecideAsync("Alles accepteren");
        await visitor.Page.EvaluateAsync("() => window.load()");
        await visitor.Page.WaitForFunctionAsync("() => window.ran === 2 && window.released === 1");
        Assert.Empty(visitor.Errors);
    }

    [Fact]
    public async Task Without_cookies_the_choice_for_this_page_holds_for_the_guard_too()
    {
        await using var visitor = await guarded.VisitorAsync();
        await visitor.Context.AddInitScriptAsync("Object.defineProperty(Document.prototype, 'cookie', { get: () => '', set: () => {} })");
        await visitor.GoAsync(Home);
        const string Ask = $"() => fetch('https://{Player}/x').then(() => 'asked', e => e.name)";
        Assert.Equal("TypeError", await visitor.Page.EvaluateAsync<string>(Ask));
        await visitor.DecideAsync("Alles accepteren");
        Assert.Equal("asked", await visitor.Page.EvaluateAsync<string>(Ask));
    }
}
