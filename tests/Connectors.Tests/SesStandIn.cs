using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for Amazon SES, by docs.aws.amazon.com/ses/latest/APIReference-V2: a contact list with two topics, and the suppression list. Requests are signed anew, as they came.</summary>
internal sealed class SesStandIn : StandIn
{
    public const string SnsTopic = "arn:aws:sns:eu-west-1:123456789012:ses-events";
    private const string ContactList = "readers";
    private readonly List<Person> _contacts = [];
    private readonly List<(string Email, string Reason, DateTimeOffset At)> _suppressed = [];

    private sealed class Person(string email, DateTimeOffset at)
    {
        public string Email => email;
        public Dictionary<string, string> Topics { get; } = new(StringComparer.Ordinal);
        public bool IsStopped { get; set; }
        public DateTimeOffset UpdatedAt { get; set; } = at;
        public string? Attributes { get; set; } = """{"name":"a reader"}""";
    }

    public override JsonObject Connector(string site) => new()
    {
        ["site"] = site,
        ["system"] = "ses",
        ["url"] = Url,
        ["user"] = User,
        ["secret"] = Secret,
        ["region"] = "eu-west-1",
        ["contactList"] = ContactList,
        ["snsTopic"] = SnsTopic,
        ["lists"] = new JsonObject { [News] = News, [Offers] = Offers },
    };

    /// <summary>As SES does of its own accord.</summary>
    public void Suppress(string address, string reason) => _suppressed.Add((address, reason, Now()));

    public string? AttributesOf(string address) => Of(address).Attributes;

    /// <summary>The suppression list of the account.</summary>
    public override (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail =>
        (HttpMethod.Put, "/v2/email/suppression/addresses", new JsonObject { ["EmailAddress"] = "jan@reader.example", ["Reason"] = "COMPLAINT" });

    protected override bool IsOfMarketing(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
    {
        ("POST", ["v2", "email", "contact-lists", ContactList, "contacts", "list"]) or ("PUT", ["v2", "email", "contact-lists", ContactList, "contacts", _]) => true,
        _ => false,
    };

    protected override bool IsWrite(string asked) => asked.StartsWith("PUT ", StringComparison.Ordinal);

    protected override void AddContact(string address, bool news, bool offers)
    {
        var person = new Person(address, Now());
        if (news) person.Topics[News] = "OPT_IN";
        if (offers) person.Topics[Offers] = "OPT_IN";
        _contacts.Add(person);
    }

    protected override void Leave(string address, string topic) => (Of(address).Topics[topic], Of(address).UpdatedAt) = ("OPT_OUT", Now());

    protected override void StopContact(string address) => (Of(address).IsStopped, Of(address).UpdatedAt) = (true, Now());

    protected override bool IsSent(string address, string topic) => !Of(address).IsStopped && Of(address).Topics.GetValueOrDefault(topic) == "OPT_IN";

    protected override bool IsAllowed(HttpRequest request, string body)
    {
        var at = DateTimeOffset.ParseExact(request.Headers["x-amz-date"].ToString(), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        using var anew = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(Url + request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget));
        SignAws.Sign(anew, Encoding.UTF8.GetBytes(body), User, Secret, "eu-west-1", "ses", at);
        // Signed before the clock was moved, and here after it, is as if it had not been.
        return ((DateTimeOffset[])[Now(), Before()]).Any(now => (now - at).Duration() < TimeSpan.FromMinutes(5)) && anew.Headers.GetValues("Authorization").Single() == request.Headers.Authorization;
    }

    protected override (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body) => (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
    {
        ("POST", ["v2", "email", "contact-lists", ContactList, "contacts", "list"]) => (200, Page("Contacts", _contacts.Select(Json), (string?)body["NextToken"])),
        ("GET", ["v2", "email", "contact-lists", ContactList, "contacts", var email]) => _contacts.Find(c => c.Email == email) is { } found ? (200, Json(found)) : NotFound(),
        ("PUT", ["v2", "email", "contact-lists", ContactList, "contacts", var email]) => _contacts.Find(c => c.Email == email) is { } found ? Update(found, body) : NotFound(),
        ("GET", ["v2", "email", "suppression", "addresses"]) => (200, Page("SuppressedDestinationSummaries", _suppressed.Select(Json), request.Query["NextToken"])),
        ("GET", ["v2", "email", "suppression", "addresses", var email]) => _suppressed.Exists(s => s.Email == email)
            ? (200, new JsonObject { ["SuppressedDestination"] = Json(_suppressed.Find(s => s.Email == email)) })
            : NotFound(),
        _ => NotFound(),
    };

    /// <summary>What is not told is taken away.</summary>
    private (int Status, JsonNode? Json) Update(Person person, JsonNode body)
    {
        person.Topics.Clear();
        foreach (var topic in body["TopicPreferences"]?.AsArray() ?? new JsonArray()) person.Topics[(string)topic!["TopicName"]!] = (string)topic["SubscriptionStatus"]!;
        (person.IsStopped, person.Attributes, person.UpdatedAt) = ((bool?)body["UnsubscribeAll"] ?? false, (string?)body["AttributesData"], Now());
        return (200, new JsonObject());
    }

    private JsonObject Page(string name, IEnumerable<JsonNode> all, string? token)
    {
        var at = string.IsNullOrEmpty(token) ? 0 : int.Parse(token.Split(' ')[1], CultureInfo.InvariantCulture);
        var some = all.Skip(at).Take(OnePage + 1).ToList();
        var page = new JsonObject { [name] = Array(some.Take(OnePage)) };
        // With what needs to be escaped where it stands in an address.
        if (some.Count > OnePage) page["NextToken"] = $"next/+= {at + OnePage}";
        return page;
    }

    private Person Of(string address) => _contacts.Single(c => c.Email == address);

    private static (int Status, JsonNode? Json) NotFound() => (404, new JsonObject { ["message"] = "not found" });

    private static JsonObject Json(Person person) => new()
    {
        ["EmailAddress"] = person.Email,
        ["TopicPreferences"] = Array(person.Topics.Select(t => new JsonObject { ["TopicName"] = t.Key, ["SubscriptionStatus"] = t.Value })),
        ["TopicDefaultPreferences"] = new JsonArray(),
        ["UnsubscribeAll"] = person.IsStopped,
        ["AttributesData"] = person.Attributes,
        ["LastUpdatedTimestamp"] = person.UpdatedAt.ToUnixTimeSeconds(),
    };

    private static JsonObject Json((string Email, string Reason, DateTimeOffset At) entry) => new()
    {
        ["EmailAddress"] = entry.Email,
        ["Reason"] = entry.Reason,
        ["LastUpdateTime"] = entry.At.ToUnixTimeSeconds(),
    };
}
