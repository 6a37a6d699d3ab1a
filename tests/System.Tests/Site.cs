using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Consent.Tests.Support;

namespace Consent.System.Tests;

/// <summary>What visitors, readers, marketing and auditors do with one site, all of it over HTTP.</summary>
/// <param name="at">A service's own address, for what that service alone answers; through the gateway unless given.</param>
public sealed class Site(Product product, string id, Uri? at = null)
{
    private readonly HttpClient _public = product.Client(at ?? product.Gateway, null);
    private readonly HttpClient _trusted = product.Client(at ?? product.Gateway, product.Token("consent marketing audit"));
    private JsonObject? _declaration;

    public string Id => id;

    public async Task<JsonObject> DeclarationAsync() => _declaration ??= await GetAsync(_public, $"/v1/sites/{id}/declaration");

    /// <summary>The first topic of the site.</summary>
    public async Task<string> TopicAsync() => (string)(await DeclarationAsync())["topics"]![0]!["id"]!;

    /// <summary>A visitor decides at the banner; the receipt.</summary>
    public async Task<JsonObject> DecideAsync(string visitor, bool statistics, long heldVersion = 0)
    {
        var decision = new
        {
            subjectId = visitor,
            heldVersion,
            purposes = new Dictionary<string, bool> { ["statistics"] = statistics, ["media"] = false },
            declaration = (string)(await DeclarationAsync())["hash"]!,
            language = "nl",
            action = "save",
            source = "banner",
        };
        using var answer = await _public.PostAsJsonAsync($"/v1/sites/{id}/decisions", decision);
        return await ExpectAsync(answer, HttpStatusCode.Created);
    }

    public async Task<string> StatusAsync(string visitor, string purpose)
    {
        using var request = About(visitor, HttpMethod.Get, $"/v1/sites/{id}/me/state");
        using var answer = await _public.SendAsync(request);
        return (string)(await ExpectAsync(answer, HttpStatusCode.OK))["purposes"]![purpose]!["status"]!;
    }

    /// <summary>What a subscriber would do now, by its own state.</summary>
    public async Task<bool> PermitsAsync(string subscriber, string subject, string purpose)
    {
        using var request = About(subject, HttpMethod.Get, $"/v1/subscribers/{subscriber}/sites/{id}/permits/{purpose}");
        using var answer = await _trusted.SendAsync(request);
        return (bool)(await ExpectAsync(answer, HttpStatusCode.OK))["permitted"]!;
    }

    /// <summary>Whether analytics passes a hit of the visitor on.</summary>
    public async Task<bool> CollectsAsync(string visitor)
    {
        using var request = About(visitor, HttpMethod.Post, $"/collect/{id}");
        request.Content = JsonContent.Create(new { page = "/here", title = "Here", @event = "view" });
        using var answer = await _public.SendAsync(request);
        return (bool)(await ExpectAsync(answer, HttpStatusCode.Accepted))["forwarded"]!;
    }

    /// <summary>The controller's own system records an opt-in that the person has confirmed.</summary>
    public async Task SubscribeAsync(string address)
    {
        var optIn = new { address, topic = await TopicAsync(), confirmedAt = TimeProvider.System.GetUtcNow(), source = "back-office" };
        using var answer = await _trusted.PostAsJsonAsync($"/v1/sites/{id}/marketing/subscriptions", optIn);
        await ExpectAsync(answer, HttpStatusCode.Created);
    }

    /// <summary>The path of an opt-out link, <c>/u/…</c>.</summary>
    public async Task<string> LinkAsync(string address)
    {
        using var answer = await _trusted.PostAsJsonAsync($"/v1/sites/{id}/marketing/links", new { addresses = new[] { address }, topic = await TopicAsync() });
        var url = new Uri((string)(await ExpectAsync(answer, HttpStatusCode.OK))["links"]![0]!["url"]!);
        product.Secrets.Keep(url.AbsolutePath[3..]);
        return url.AbsolutePath;
    }

    /// <summary>What a mail program sends at its unsubscribe button (RFC 8058).</summary>
    public async Task OneClickAsync(string link)
    {
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var answer = await _public.PostAsync(link, form);
        if (answer.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"One-click was answered {answer.StatusCode}.");
    }

    public async Task<(bool Permitted, string Reason)> MaySendAsync(string address)
    {
        using var answer = await _trusted.PostAsJsonAsync($"/v1/sites/{id}/marketing/check", new { topic = await TopicAsync(), addresses = new[] { address } });
        var result = (await ExpectAsync(answer, HttpStatusCode.OK))["results"]![0]!;
        return ((bool)result["permitted"]!, (string)result["reason"]!);
    }

    /// <summary>Ids of the receipts of one-click opt-outs that audit holds of this site, the oldest first.</summary>
    public async Task<IReadOnlyList<string>> OptOutReceiptsAsync()
    {
        var found = new List<string>();
        for (long after = 0; ;)
        {
            var page = await GetAsync(_trusted, $"/v1/audit/receipts?site={id}&after={after}&limit=500");
            found.AddRange(page["receipts"]!.AsArray().Where(r => (string?)r!["action"] == "one-click-unsubscribe").Select(r => (string)r!["id"]!));
            if (!(bool)page["more"]!) return found;
            after = (long)page["next"]!;
        }
    }

    /// <summary>What an auditor sees first.</summary>
    public Task SomeReceiptsAsync() => GetAsync(_trusted, $"/v1/audit/receipts?site={id}&limit=100");

    /// <summary>The story of a receipt; null when audit has not heard of it.</summary>
    public async Task<JsonObject?> TraceAsync(string receipt)
    {
        using var answer = await _trusted.GetAsync($"/v1/audit/trace/{receipt}");
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ExpectAsync(answer, HttpStatusCode.OK);
    }

    /// <summary>Waits until the trace names each subscriber; the whole trace.</summary>
    public Task<JsonObject> TracedAsync(string receipt, params string[] subscribers) => TracedAsync(receipt, subscribers, _ => true);

    /// <summary>Waits for what led to the receipt as well, of which audit hears by a queue of its own: so maybe after all the others did.</summary>
    public Task<JsonObject> TracedToItsCauseAsync(string receipt, params string[] subscribers) => TracedAsync(receipt, subscribers, trace => trace["cause"]?["kind"] is not null);

    private async Task<JsonObject> TracedAsync(string receipt, string[] subscribers, Func<JsonObject, bool> isWhole)
    {
        JsonObject? trace = null;
        await Eventually.IsSoAsync($"the trace of a receipt of {id} shows {string.Join(" and ", subscribers)}", async () =>
        {
            trace = await TraceAsync(receipt);
            return trace is not null && isWhole(trace) && subscribers.All(s => trace["applied"]!.AsArray().Any(a => (string?)a!["subscriber"] == s && a["appliedAt"] is not null));
        }, TimeSpan.FromSeconds(120), () => $"Last seen: {trace?["applied"]?.ToJsonString() ?? "no trace"}, cause {trace?["cause"]?["kind"]?.ToJsonString() ?? "unknown"}");
        return trace!;
    }

    public async Task<IReadOnlyList<string>> ReceiptsOfAsync(string subject) => [.. (await HistoryAsync(subject)).Select(r => (string)r!["id"]!)];

    /// <summary>Every receipt of the subject, oldest first.</summary>
    public async Task<JsonArray> HistoryAsync(string subject)
    {
        using var answer = await _trusted.GetAsync($"/v1/sites/{id}/subjects/{subject}/receipts");
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonArray>())!;
    }

    private static HttpRequestMessage About(string subject, HttpMethod method, string path) =>
        new(method, path) { Headers = { { "Consent-Subject", subject } } };

    private static async Task<JsonObject> GetAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        return await ExpectAsync(answer, HttpStatusCode.OK);
    }

    private static async Task<JsonObject> ExpectAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.StatusCode == status
            ? JsonNode.Parse(text)!.AsObject()
            : throw new HttpRequestException($"Expected {(int)status}, found {(int)answer.StatusCode}: {text}", null, answer.StatusCode);
    }
}
