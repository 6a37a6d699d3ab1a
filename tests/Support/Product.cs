using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Consent.Tests.Support;

/// <summary>
/// The whole product, running on free ports of the loopback and a data folder of its own: as many processes or as one. What a
/// test does to it goes in through the gateway, or straight at a service's own port.
/// </summary>
public abstract class Product : IAsyncDisposable
{
    private readonly List<HttpClient> _clients = [];

    protected Product()
    {
        Data = Directory.CreateTempSubdirectory("consent-data-").FullName;
        var ports = FreePorts.Take(2);
        Gateway = new Uri($"http://localhost:{ports[0]}");
        Demo = new Uri($"http://localhost:{ports[1]}");
        // Gone with the data.
        Settings["Audit:Checkpoints"] = Path.Combine(Data, "checkpoints");
    }

    public static IReadOnlyList<string> Sites { get; } =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "tools", "declarations"), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    public string Data { get; }

    public Uri Gateway { get; protected set; }

    public Uri Demo { get; protected set; }

    /// <summary>Settings for every process, such as <c>Relay:RedeliverAfter</c>; add before starting.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal)
    {
        // Nothing waits longer in a test than it must.
        ["Relay:RedeliverAfter"] = "00:00:02",
        ["Subscriber:AnnounceEvery"] = "00:00:01",
        ["Audit:CatchUpEvery"] = "00:00:01",
        ["Feed:Every"] = "00:00:02",
        ["Messaging:CountErrorsEvery"] = "00:00:01",
    };

    /// <summary>Every process that holds a part of the product, the gateway and the demonstration included; not the broker.</summary>
    public abstract IReadOnlyList<ServiceProcess> Processes { get; }

    /// <summary>Every subject id, address and token that was used.</summary>
    public Secrets Secrets { get; } = new();

    public string Output => string.Join('\n', Processes.SelectMany(p => p.Output));

    /// <summary>Starts everything that does not run, publishes the samples, and waits until each service holds them.</summary>
    /// <param name="others">Settings for this life only. With publication held back, the samples must have been heard in a life before.</param>
    public abstract Task StartAsync(IReadOnlyDictionary<string, string>? others = null);

    public string Token(string scopes, string[]? controllers = null, string[]? sites = null) =>
        Secrets.Keep(Tokens.For(Data, scopes, controllers, sites));

    /// <summary>A client of the gateway, with a token when <paramref name="scopes"/> is given.</summary>
    public HttpClient Client(string? scopes = null) => Client(Gateway, scopes is null ? null : Token(scopes));

    /// <summary>How long an answer may take.</summary>
    protected virtual TimeSpan Patience => TimeSpan.FromSeconds(60);

    public HttpClient Client(Uri address, string? token)
    {
        var client = new HttpClient { BaseAddress = address, Timeout = Patience };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(client);
        return client;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _clients.ForEach(c => c.Dispose());
        // All are told at once, then each is waited for.
        foreach (var process in Processes.Where(p => p.IsRunning)) await process.SignalAsync("TERM");
        foreach (var process in Processes) await process.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    protected async Task PublishedAsync()
    {
        using var http = new HttpClient { BaseAddress = Gateway };
        foreach (var site in Sites)
        {
            await Eventually.IsSoAsync($"the banner of {site} is served",
                async () => (await http.GetAsync(new Uri($"/banner/{site}.js", UriKind.Relative))).IsSuccessStatusCode, TimeSpan.FromSeconds(120));
            await HeardAsync(site);
        }
    }

    /// <summary>Each hears of the site by a queue of its own.</summary>
    private async Task HeardAsync(string site)
    {
        using var http = new HttpClient { BaseAddress = Gateway };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token("consent marketing"));
        http.DefaultRequestHeaders.Add("Consent-Subject", Contracts.RandomId.New());
        foreach (var subscriber in (string[])["newsletter", "analytics"])
            await Eventually.IsSoAsync($"{subscriber} has loaded {site}", async () =>
            {
                using var answer = await http.GetAsync(new Uri($"/v1/subscribers/{subscriber}/sites/{site}/permits/statistics", UriKind.Relative));
                return answer.IsSuccessStatusCode && !(await answer.Content.ReadAsStringAsync()).Contains("not-loaded", StringComparison.Ordinal);
            }, TimeSpan.FromSeconds(120));
        await Eventually.IsSoAsync($"marketing knows {site}", async () =>
        {
            // Of a site that is known: there is no such topic.
            using var answer = await http.PostAsJsonAsync($"/v1/sites/{site}/marketing/check", new { topic = "none", addresses = Array.Empty<string>() });
            return (int)answer.StatusCode == 422;
        }, TimeSpan.FromSeconds(120));
    }
}
