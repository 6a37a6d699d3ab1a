using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for Brevo, by developers.brevo.com/reference/get-contacts and /update-contact.</summary>
internal sealed class BrevoStandIn : StandIn
{
    private static readonly Dictionary<string, int> Lists = new(StringComparer.Ordinal) { [News] = 12, [Offers] = 13 };
    private readonly List<Person> _contacts = [];

    private sealed class Person(int id, string email, DateTimeOffset at)
    {
        public int Id => id;
        public string Email => email;
        public HashSet<int> On { get; } = [];
        public HashSet<int> Left { get; } = [];
        public bool IsStopped { get; set; }
        public DateTimeOffset ModifiedAt { get; set; } = at;
    }

    public override JsonObject Connector(string site) => new()
    {
        ["site"] = site,
        ["system"] = "brevo",
        ["url"] = $"{Url}/v3",
        ["secret"] = Secret,
        ["lists"] = new JsonObject { [News] = "12", [Offers] = "13" },
    };

    /// <summary>Senders of transactional mail that must not reach the contact.</summary>
    public override (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail =>
        (HttpMethod.Put, "/v3/contacts/1", new JsonObject { ["smtpBlacklistSender"] = new JsonArray("info@bakery.example") });

    protected override bool IsOfMarketing(HttpRequest request, JsonNode body) =>
        request.Method == "PUT" && request.Path.Value!.Trim('/').Split('/') is ["v3", "contacts", _] && body["smtpBlacklistSender"] is null;

    protected override void AddContact(string address, bool news, bool offers)
    {
        var person = new Person(_contacts.Count + 1, address, Now());
        if (news) person.On.Add(Lists[News]);
        if (offers) person.On.Add(Lists[Offers]);
        _contacts.Add(person);
    }

    protected override void Leave(string address, string topic)
    {
        var person = Of(address);
        person.On.Remove(Lists[topic]);
        person.Left.Add(Lists[topic]);
        person.ModifiedAt = Now();
    }

    protected override void StopContact(string address) => (Of(address).IsStopped, Of(address).ModifiedAt) = (true, Now());

    protected override bool IsSent(string address, string topic) => !Of(address).IsStopped && Of(address).On.Contains(Lists[topic]);

    protected override bool IsAllowed(HttpRequest request, string body) => request.Headers["api-key"] == Secret;

    protected override (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
    {
        ("GET", ["v3", "contacts"]) => (200, Page(request.Query)),
        ("GET", ["v3", "contacts", var id]) => Find(id) is { } found ? (200, Json(found)) : NotFound(),
        ("PUT", ["v3", "contacts", var id]) => Find(id) is { } found ? Update(found, body) : NotFound(),
        _ => NotFound(),
    };

    private (int Status, JsonNode? Json) Update(Person person, JsonNode body)
    {
        foreach (var id in body["listIds"]?.AsArray() ?? new JsonArray())
        {
            person.On.Add((int)id!);
            person.Left.Remove((int)id!);
        }
        foreach (var id in body["unlinkListIds"]?.AsArray() ?? new JsonArray()) person.On.Remove((int)id!);
        (person.IsStopped, person.ModifiedAt) = ((bool?)body["emailBlacklisted"] ?? person.IsStopped, Now());
        return (204, null);
    }

    private JsonObject Page(IQueryCollection query)
    {
        var (offset, limit) = (int.Parse(query["offset"].ToString(), CultureInfo.InvariantCulture), int.Parse(query["limit"].ToString(), CultureInfo.InvariantCulture));
        var found = _contacts.ToList();
        if (query["modifiedSince"].ToString() is { Length: > 0 } since) found.RemoveAll(c => c.ModifiedAt < DateTimeOffset.Parse(since, CultureInfo.InvariantCulture));
        return new JsonObject { ["contacts"] = Array(found.Skip(offset).Take(Math.Min(limit, OnePage)).Select(Json)), ["count"] = found.Count };
    }

    private Person? Find(string id) => _contacts.Find(c => c.Id == int.Parse(id, CultureInfo.InvariantCulture));

    private Person Of(string address) => _contacts.Single(c => c.Email == address);

    private static (int Status, JsonNode? Json) NotFound() => (404, new JsonObject { ["code"] = "document_not_found" });

    private static JsonObject Json(Person person) => new()
    {
        ["id"] = person.Id,
        ["email"] = person.Email,
        ["emailBlacklisted"] = person.IsStopped,
        ["listIds"] = Array(person.On.Select(id => (JsonNode)id)),
        ["listUnsubscribed"] = Array(person.Left.Select(id => (JsonNode)id)),
        ["modifiedAt"] = Iso(person.ModifiedAt),
    };
}
