using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for listmonk, by listmonk.app/docs/apis/subscribers. Its expression of SQL is read for the time in it.</summary>
internal sealed partial class ListmonkStandIn : StandIn
{
    private const string One = "/api/subscribers/";
    private static readonly Dictionary<string, int> Lists = new(StringComparer.Ordinal) { [News] = 3, [Offers] = 4 };
    private readonly List<Subscriber> _subscribers = [];

    private sealed class Subscriber(int id, string email, DateTimeOffset at)
    {
        public int Id => id;
        public string Email => email;
        public string Status { get; set; } = "enabled";
        public DateTimeOffset UpdatedAt { get; set; } = at;
        public Dictionary<int, (string Status, DateTimeOffset At)> On { get; } = [];
    }

    public override JsonObject Connector(string site) => new()
    {
        ["site"] = site,
        ["system"] = "listmonk",
        ["url"] = Url,
        ["user"] = User,
        ["secret"] = Secret,
        ["lists"] = new JsonObject { [News] = "3", [Offers] = "4" },
    };

    /// <summary>The blocklist, and whatever else a subscriber is known by to its API of transactional mail.</summary>
    public override (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail => (HttpMethod.Put, "/api/subscribers/1/blocklist", new JsonObject());

    protected override bool IsOfMarketing(HttpRequest request, JsonNode body) => request.Method == "PUT" && request.Path == "/api/subscribers/lists";

    protected override void AddContact(string address, bool news, bool offers)
    {
        var subscriber = new Subscriber(_subscribers.Count + 1, address, Now());
        if (news) subscriber.On[Lists[News]] = ("confirmed", Now());
        if (offers) subscriber.On[Lists[Offers]] = ("confirmed", Now());
        _subscribers.Add(subscriber);
    }

    /// <summary>On the page of listmonk: the subscriber himself does not change by it.</summary>
    protected override void Leave(string address, string topic) => Of(address).On[Lists[topic]] = ("unsubscribed", Now());

    protected override void StopContact(string address)
    {
        Of(address).Status = "blocklisted";
        Of(address).UpdatedAt = Now();
    }

    protected override bool IsSent(string address, string topic) =>
        Of(address).Status == "enabled" && Of(address).On.TryGetValue(Lists[topic], out var on) && on.Status != "unsubscribed";

    protected override bool IsAllowed(HttpRequest request, string body) => IsBasic(request, User);

    protected override (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!) switch
    {
        ("GET", "/api/subscribers") => (200, Page(request.Query)),
        ("GET", { } path) when path.StartsWith(One, StringComparison.Ordinal) => _subscribers.Find(s => s.Id == int.Parse(path[One.Length..], CultureInfo.InvariantCulture)) is { } found
            ? (200, new JsonObject { ["data"] = Json(found) })
            : (400, new JsonObject { ["message"] = "Subscriber not found." }),
        ("PUT", "/api/subscribers/lists") => (200, Change(body)),
        _ => (404, null),
    };

    private JsonObject Page(IQueryCollection query)
    {
        var (page, most) = (Number(query, "page"), Math.Min(Number(query, "per_page"), OnePage));
        var found = _subscribers.ToList();
        if (Since().Match(query["query"].ToString()) is { Success: true } since)
        {
            var at = DateTimeOffset.Parse(since.Groups["at"].Value, CultureInfo.InvariantCulture);
            found.RemoveAll(s => s.UpdatedAt < at && s.On.Values.All(on => on.At < at));
        }
        var data = new JsonObject
        {
            ["results"] = Array(found.Skip((page - 1) * most).Take(most).Select(Json)),
            ["total"] = found.Count,
            ["per_page"] = most,
            ["page"] = page,
        };
        return new JsonObject { ["data"] = data };
    }

    private JsonObject Change(JsonNode body)
    {
        foreach (var id in body["ids"]!.AsArray())
        {
            foreach (var list in body["target_list_ids"]!.AsArray())
                _subscribers.Find(s => s.Id == (int)id!)!.On[(int)list!] = ((string)body["action"]! == "add" ? (string)body["status"]! : "unsubscribed", Now());
        }
        return new JsonObject { ["data"] = true };
    }

    private Subscriber Of(string address) => _subscribers.Single(s => s.Email == address);

    private static int Number(IQueryCollection query, string name) => int.Parse(query[name].ToString(), CultureInfo.InvariantCulture);

    private static JsonObject Json(Subscriber subscriber) => new()
    {
        ["id"] = subscriber.Id,
        ["email"] = subscriber.Email,
        ["status"] = subscriber.Status,
        ["updated_at"] = Iso(subscriber.UpdatedAt),
        ["lists"] = Array(subscriber.On.Select(on => new JsonObject
        {
            ["id"] = on.Key,
            ["subscription_status"] = on.Value.Status,
            ["subscription_updated_at"] = Iso(on.Value.At),
        })),
    };

    [GeneratedRegex("updated_at >= '(?<at>[^']+)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Since();
}
