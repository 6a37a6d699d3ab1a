using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Consent.Connectors.Tests;

/// <summary>Stands in for Mailchimp, by mailchimp.com/developer/marketing/api/list-members. Each topic is an audience.</summary>
internal sealed class MailchimpStandIn : StandIn
{
    public const string NewsAudience = "a1b2c3d4e5";
    public const string OffersAudience = "f6a7b8c9d0";
    private readonly List<Member> _members = [];

    private sealed class Member(string audience, string email, DateTimeOffset at)
    {
        public string Audience => audience;
        public string Email => email;

        /// <summary>There it is the MD5 of the address; to others it is any word.</summary>
        public string Hash { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(email)))[..32];
        public string Status { get; set; } = "subscribed";
        public bool LeftHimself { get; set; }
        public Dictionary<string, bool> Interests { get; } = new(StringComparer.Ordinal);
        public DateTimeOffset ChangedAt { get; set; } = at;
    }

    public override int OnePage => 1000;

    /// <summary>An address that was cleaned.</summary>
    public override string StoppedHere => "bounced";

    public override JsonObject Connector(string site) => new()
    {
        ["site"] = site,
        ["system"] = "mailchimp",
        ["url"] = $"{Url}/3.0",
        ["secret"] = Secret,
        ["lists"] = new JsonObject { [News] = NewsAudience, [Offers] = OffersAudience },
    };

    /// <summary>Puts the person's interest on or off, as he does himself.</summary>
    public void Interest(string address, string interest, bool isOn)
    {
        var member = Of(address, NewsAudience);
        (member.Interests[interest], member.ChangedAt) = (isOn, Now());
    }

    public bool HasInterest(string address, string interest) => Of(address, NewsAudience).Interests.GetValueOrDefault(interest);

    /// <summary>The denylist of Mailchimp Transactional.</summary>
    public override (HttpMethod Method, string Path, JsonObject Body) BlockOfAllMail => (HttpMethod.Post, "/api/1.0/rejects/add", new JsonObject { ["email"] = "jan@reader.example" });

    protected override bool IsOfMarketing(HttpRequest request, JsonNode body) =>
        request.Method == "PATCH" && request.Path.Value!.Trim('/').Split('/') is ["3.0", "lists", _, "members", _];

    protected override void AddContact(string address, bool news, bool offers)
    {
        foreach (var (audience, isOn) in ((string, bool)[])[(NewsAudience, news), (OffersAudience, offers)])
            _members.Add(new Member(audience, address, Now()) { Status = isOn ? "subscribed" : "transactional" });
    }

    protected override void Leave(string address, string topic)
    {
        var member = Of(address, AudienceOf(topic));
        (member.Status, member.LeftHimself, member.ChangedAt) = ("unsubscribed", true, Now());
    }

    protected override void StopContact(string address)
    {
        foreach (var member in _members.Where(m => m.Email == address)) (member.Status, member.ChangedAt) = ("cleaned", Now());
    }

    protected override bool IsSent(string address, string topic) => Of(address, AudienceOf(topic)).Status == "subscribed";

    protected override bool IsAllowed(HttpRequest request, string body) => IsBasic(request, "consent");

    protected override (int Status, JsonNode? Json) Answer(HttpRequest request, JsonNode body)
    {
        if (request.Path.Value!.Trim('/').Split('/') is not ["3.0", "lists", var audience, "members", .. var rest]) return (404, null);
        if (rest.Length == 0) return (200, Page(audience, request.Query));
        if (_members.Find(m => m.Audience == audience && m.Hash == rest[0]) is not { } member) return (404, new JsonObject { ["title"] = "Resource Not Found" });
        if (request.Method != "PATCH") return (200, Json(member));
        var status = (string?)body["status"];
        if (status == "subscribed" && member.LeftHimself) return (400, new JsonObject { ["title"] = "Member In Compliance State", ["status"] = 400 });
        (member.Status, member.ChangedAt) = (status ?? member.Status, Now());
        foreach (var (interest, isOn) in body["interests"]?.AsObject() ?? new JsonObject()) member.Interests[interest] = (bool)isOn!;
        return (200, Json(member));
    }

    private JsonObject Page(string audience, IQueryCollection query)
    {
        var found = _members.Where(m => m.Audience == audience).ToList();
        if (query["since_last_changed"].ToString() is { Length: > 0 } since) found.RemoveAll(m => m.ChangedAt < DateTimeOffset.Parse(since, CultureInfo.InvariantCulture));
        var (offset, count) = (int.Parse(query["offset"].ToString(), CultureInfo.InvariantCulture), int.Parse(query["count"].ToString(), CultureInfo.InvariantCulture));
        return new JsonObject { ["members"] = Array(found.Skip(offset).Take(Math.Min(count, OnePage)).Select(Json)), ["total_items"] = found.Count };
    }

    private Member Of(string address, string audience) => _members.Single(m => m.Email == address && m.Audience == audience);

    private static string AudienceOf(string topic) => topic == News ? NewsAudience : OffersAudience;

    private static JsonObject Json(Member member) => new()
    {
        ["id"] = member.Hash,
        ["email_address"] = member.Email,
        ["status"] = member.Status,
        ["interests"] = new JsonObject(member.Interests.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))),
        ["last_changed"] = Iso(member.ChangedAt),
    };
}
