using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Consent.Tests.Support;

namespace Consent.Browser.Tests;

/// <summary>The product once more, on data of its own and with a mail server; one site declares all that the page of somebody's preferences can hold.</summary>
public sealed class MailedHost : IAsyncLifetime
{
    private const string Site = "koppelhuis";
    private readonly string _data = Directory.CreateTempSubdirectory("consent-mailed-").FullName;
    private readonly MailSink _mail = new();
    private readonly ServiceProcess _host;
    private readonly HttpClient _http = new();

    public MailedHost()
    {
        var ports = FreePorts.Take(2);
        (Gateway, Demo) = (new Uri($"http://localhost:{ports[0]}"), new Uri($"http://localhost:{ports[1]}"));
        _host = new ServiceProcess("host with mail", Repository.Program("tools/host"), Gateway, new Dictionary<string, string>
        {
            ["Mail:Smtp"] = $"127.0.0.1:{_mail.Port}",
            ["Mail:From"] = "post@koppelhuis.example",
            ["Mail:Tls"] = "none",
            ["Mail:AnswerAfter"] = "00:00:00.010",
            ["Mail:MostToADomain"] = "1000",
            ["Gateway:SubscriptionsPerMinute"] = "1000",
        })
        {
            Arguments = ["--urls", Gateway.GetLeftPart(UriPartial.Authority), "--demo", Demo.GetLeftPart(UriPartial.Authority), "--data", _data],
        };
    }

    public Uri Gateway { get; }

    public Uri Demo { get; }

    /// <summary>A page of the site itself.</summary>
    public string Page => new Uri(Demo, $"/{Site}?lang=nl").ToString();

    public string Statement => new Uri(Gateway, $"/pages/{Site}/privacy?lang=nl").ToString();

    /// <summary>Where the link to the preferences of an address is asked for.</summary>
    public string Ask => new Uri(Gateway, $"/preferences/{Site}").ToString();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>In the newest mail to the address.</summary>
    public string LinkTo(string address) => _mail.LinkTo(address);

    public async ValueTask InitializeAsync()
    {
        _host.Start();
        await _host.ReadyAsync();
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.For(_data, "admin"));
        var at = new Uri(Gateway, $"/v1/sites/{Site}/declaration");
        await Eventually.IsSoAsync("the site is declared", async () => (await _http.GetAsync(at, Cancel)).IsSuccessStatusCode, seen: _host.LastLines);
        var declaration = (await _http.GetFromJsonAsync<JsonObject>(at, Cancel))!;
        var topic = declaration["topics"]![0]!.AsObject();
        topic["channels"] = new JsonArray("email", "sms", "phone", "post");
        topic["frequencies"] = new JsonArray(FrequencyOf("weekly", "Elke week, op maandagochtend", "Each week, on Monday morning"), FrequencyOf("monthly", "Elke maand", "Each month"));
        using var published = await _http.PutAsJsonAsync(at, declaration, Cancel);
        Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync(Cancel));
        var question = new { topic = "offers", channel = "post", addresses = Array.Empty<string>() };
        await Eventually.IsSoAsync(
            "the pages of the site are there",
            async () => (await _http.GetAsync(new Uri(Page), Cancel)).IsSuccessStatusCode && (await _http.GetAsync(new Uri(Statement), Cancel)).IsSuccessStatusCode,
            seen: _host.LastLines);
        await Eventually.IsSoAsync(
            "the service of the page has the new declaration",
            async () => (await _http.PostAsJsonAsync(new Uri(Gateway, $"/v1/sites/{Site}/marketing/check"), question, Cancel)).IsSuccessStatusCode, seen: _host.LastLines);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        await _mail.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static JsonObject FrequencyOf(string id, string nl, string en) => new() { ["id"] = id, ["name"] = new JsonObject { ["nl"] = nl, ["en"] = en } };
}

/// <summary>As much of a mail server (RFC 5321) as takes every mail of one sender, one after the other.</summary>
internal sealed partial class MailSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _mails = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public MailSink()
    {
        _listener.Start();
        _running = RunAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The address of a page of preferences in the newest mail to somebody.</summary>
    public string LinkTo(string address)
    {
        var mail = _mails.Last(taken => taken.Contains($"To: {address}\n", StringComparison.Ordinal));
        // Quoted-printable breaks long lines (RFC 2045, 6.7).
        return Link().Match(mail.Replace("=\n", "", StringComparison.Ordinal)).Value;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TakeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // Stopping, or he hung up.
            }
        }
    }

    private async Task TakeAsync(TcpClient client)
    {
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);
        await using var writer = new StreamWriter(stream, Encoding.Latin1) { AutoFlush = true, NewLine = "\r\n" };
        await writer.WriteLineAsync("220 mail.example");
        while (await reader.ReadLineAsync(_stop.Token) is { } line && line != "QUIT")
        {
            if (line == "DATA")
            {
                await writer.WriteLineAsync("354 Go on");
                var mail = new StringBuilder();
                while (await reader.ReadLineAsync(_stop.Token) is { } text && text != ".") mail.Append(text).Append('\n');
                _mails.Enqueue(mail.ToString());
            }
            await writer.WriteLineAsync("250 Well");
        }
        await writer.WriteLineAsync("221 Bye");
    }

    [GeneratedRegex("http://localhost:[0-9]+/p/[A-Za-z0-9_-]+")]
    private static partial Regex Link();
}
