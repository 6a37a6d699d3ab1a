using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for Mautic, by devdocs.mautic.org/en/latest/rest_api/contacts.html and segments.html: segments, and Do Not Contact.</summary>
internal sealed class MauticStandIn : StandIn
{
    private static readonly Dictionary<string, int> Segments = new(StringComparer.Ordinal) { [News] = 7, [Offers] = 8 };
    private readonly List<Person> _contacts = [];

    private sealed class Person(int id, string email, DateTimeOffset at)
    {
        public int Id => id;
        public string Email => email;
        public HashSet<int> In { get; } = [];
        public (int Reason, DateTimeOffset At)? Stop { get; set; }
        public DateTimeOffset ModifiedAt { get; set; } = at;
    }

    public override JsonObject Connector(string site) => new()
    {
        ["site"] = site,
        ["system"] = "mautic",
        ["url"] = $"{Url}/",
        ["user"] = User,
        ["secret"] = Secret,
        ["lists"] = new JsonObject { [News] = "7", [Offers] = "8" },
    };

    /// <summary>Mail that is sent as transactional passes Do Not Contact, but for an address that bounced.</summary>
    public override (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail => (HttpMethod.Post, "/api/contacts/1/dnc/email/add", new JsonObject { ["reason"] = 2 });

    protected override bool IsOfMarketing(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
    {
        ("POST", ["api", "segments", _, "contact", _, "add" or "remove"]) or ("POST", ["api", "contacts", _, "dnc", "email", "remove"]) => true,
        ("POST", ["api", "contacts", _, "dnc", "email", "add"]) => (int?)body["reason"] == 1,
        _ => false,
    };

    protected override void AddContact(string address, bool news, bool offers)
    {
        var person = new Person(_contacts.Count + 1, address, Now());
        if (news) person.In.Add(Segments[News]);
        if (offers) person.In.Add(Segments[Offers]);
        _contacts.Add(person);
    }

    /// <summary>An import puts the contact into the segment, and changes nothing else of it.</summary>
    public void Import(string address, string topic) => Change(() => Of(address).In.Add(Segments[topic]));

    /// <summary>Its page knows no topics.</summary>
    protected override void Leave(string address, string topic) => StopContact(address);

    protected override void StopContact(string address) => (Of(address).Stop, Of(address).ModifiedAt) = ((1, Now()), Now());

    protected override bool IsSent(string address, string topic) => Of(address).Stop is null && Of(address).In.Contains(Segments[topic]);

    protected override bool IsAllowed(HttpRequest request, string body) => IsBasic(request, User);

    protected override (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
    {
        ("GET", ["api", "contacts"]) => (200, Page(request.Query)),
        ("GET", ["api", "contacts", var id]) => Find(id) is { } found ? (200, new JsonObject { ["contact"] = Json(found) }) : NotFound(),
        ("GET", ["api", "contacts", var id, "segments"]) => Find(id) is { } found ? (200, SegmentsOf(found)) : NotFound(),
        ("GET", ["api", "segments", var segment]) => Segments.ContainsValue(int.Parse(segment, CultureInfo.InvariantCulture))
            ? (200, new JsonObject { ["list"] = Segment(int.Parse(segment, CultureInfo.InvariantCulture)) })
            : NotFound(),
        ("POST", ["api", "segments", var segment, "contact", var id, var verb]) => Find(id) is { } found ? Move(found, int.Parse(segment, CultureInfo.InvariantCulture), verb) : NotFound(),
        ("POST", ["api", "contacts", var id, "dnc", "email", var verb]) => Find(id) is { } found ? SetStop(found, verb, body) : NotFound(),
        _ => NotFound(),
    };

    private static (int Status, JsonNode? Json) Move(Person person, int segment, string verb)
    {
        if (verb == "add") person.In.Add(segment);
        else person.In.Remove(segment);
        return (200, new JsonObject { ["success"] = 1 });
    }

    private (int Status, JsonNode? Json) SetStop(Person person, string verb, JsonNode body)
    {
        person.Stop = verb == "add" ? ((int)body["reason"]!, Now()) : null;
        person.ModifiedAt = Now();
        return (200, new JsonObject { ["contact"] = Json(person) });
    }

    private JsonObject Page(IQueryCollection query)
    {
        var (start, limit) = (int.Parse(query["start"].ToString(), CultureInfo.InvariantCulture), int.Parse(query["limit"].ToString(), CultureInfo.InvariantCulture));
        var found = _contacts.ToList();
        if (query["where[0][val][0][val]"].ToString() is { Length: > 0 } since)
            found.RemoveAll(c => c.ModifiedAt < DateTimeOffset.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        if (query["where[1][col]"] == "id") found.RemoveAll(c => c.Id <= int.Parse(query["where[1][val]"].ToString(), CultureInfo.InvariantCulture));
        if (query["search"].ToString() is { Length: > 0 } search) found.RemoveAll(c => !c.In.Any(segment => search == $"segment:{AliasOf(segment)}"));
        var contacts = new JsonObject();
        foreach (var person in found.Skip(start).Take(Math.Min(limit, OnePage))) contacts[person.Id.ToString(CultureInfo.InvariantCulture)] = Json(person);
        return new JsonObject { ["total"] = found.Count.ToString(CultureInfo.InvariantCulture), ["contacts"] = contacts };
    }

    /// <summary>Keyed by their ids, and an array when there are none, as PHP has it.</summary>
    private static JsonObject SegmentsOf(Person person)
    {
        var lists = new JsonObject();
        foreach (var segment in person.In) lists[segment.ToString(CultureInfo.InvariantCulture)] = Segment(segment);
        return new JsonObject { ["total"] = person.In.Count, ["lists"] = person.In.Count == 0 ? new JsonArray() : (JsonNode)lists };
    }

    private static JsonObject Segment(int id) => new() { ["id"] = id, ["alias"] = AliasOf(id) };

    private static string AliasOf(int segment) => $"readers-of-{Segments.Single(s => s.Value == segment).Key}";

    private Person? Find(string id) => _contacts.Find(c => c.Id == int.Parse(id, CultureInfo.InvariantCulture));

    private Person Of(string address) => _contacts.Single(c => c.Email == address);

    private static (int Status, JsonNode? Json) NotFound() => (404, new JsonObject { ["errors"] = new JsonArray() });

    private static JsonObject Json(Person person) => new()
    {
        ["id"] = person.Id,
        ["fields"] = new JsonObject { ["all"] = new JsonObject { ["email"] = person.Email } },
        ["doNotContact"] = Array(person.Stop is not { } stop ? [] : [new JsonObject { ["channel"] = "email", ["reason"] = stop.Reason, ["dateAdded"] = Iso(stop.At) }]),
    };
}
