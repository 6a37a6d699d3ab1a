using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Consent.Connectors;

/// <summary>
/// Mailchimp, by its Marketing API 3.0 (mailchimp.com/developer/marketing/api/list-members and /guides/sync-audience-data-webhooks). A list is an audience, as
/// <c>a1b2c3d4e5</c>, or an interest in one, as <c>a1b2c3d4e5/9143cf3bd1</c>. The secret is an API key, whose end names the data centre. An address that was
/// cleaned is stopped as a whole. Who opted out there himself can be subscribed again by nobody but himself, on Mailchimp's own form.
/// </summary>
internal sealed class Mailchimp(CallMailer mailer) : IMailingSystem
{
    private const int PageSize = 1000;
    private const string Fields = "id,email_address,status,interests,last_changed";

    public string Name => "mailchimp";

    public bool TellsChanges => true;

    public bool IsHosted => true;

    public Uri? UsualAddress(AccountRequest account) => DataCentre(account.Secret) is { } centre ? new Uri($"https://{centre}.api.mailchimp.com/3.0") : null;

    public string? WhyNot(AccountRequest account) =>
        string.IsNullOrEmpty(account.Url) && DataCentre(account.Secret) is null ? "Set secret to an API key of Mailchimp, which ends in its data centre, such as -us19." : null;

    public bool IsList(string list) => list.Split('/') is { Length: 1 or 2 } parts && parts.All(part => part.Length > 0 && part.All(char.IsAsciiLetterOrDigit));

    /// <summary><c>GET /lists/{list_id}/members</c>, one audience after the other.</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        List<string> audiences = [.. account.Lists.Values.Select(AudienceOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var (at, offset) = page?.Split(':') is [var audience, var from] ? (audiences.IndexOf(audience), int.Parse(from, NumberStyles.None, CultureInfo.InvariantCulture)) : (0, 0);
        // The audience was taken out of the account meanwhile.
        if (at < 0) return new([], null);
        var query = string.Create(CultureInfo.InvariantCulture, $"count={PageSize}&offset={offset}&sort_dir=ASC&sort_field={(since is null ? "timestamp_signup" : "last_changed")}")
            + $"&fields=total_items,{string.Join(',', Fields.Split(',').Select(f => $"members.{f}"))}";
        if (since is { } moment) query += $"&since_last_changed={MailerRequest.Escaped(moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture))}";
        using var request = Request(HttpMethod.Get, account, $"lists/{audiences[at]}/members?{query}");
        var answer = await mailer.JsonAsync(request, cancel);
        if (answer.Member("members") is null) throw new CallFailedException(CallOutcome.Unreadable);
        var members = answer.Items("members");
        var next = members.Count == PageSize ? string.Create(CultureInfo.InvariantCulture, $"{audiences[at]}:{offset + PageSize}") : at + 1 < audiences.Count ? $"{audiences[at + 1]}:0" : null;
        return new([.. members.Select(m => Contact(account, audiences[at], m)).OfType<MailContact>()], next);
    }

    /// <summary><c>GET /lists/{list_id}/members/{subscriber_hash}</c>; the contact is the audience and the hash.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, account, $"{MemberPath(contact)}?fields={Fields}");
            return Contact(account, AudienceOf(contact), await mailer.JsonAsync(request, cancel));
        }
        catch (CallFailedException failed) when (failed.Status == 404)
        {
            return null;
        }
    }

    /// <summary><c>PATCH /lists/{list_id}/members/{subscriber_hash}</c>.</summary>
    public async Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel)
    {
        var (body, interests) = (new JsonObject(), new JsonObject());
        foreach (var change in changes)
        {
            if (InterestOf(change.List) is { } interest) interests[interest] = change.IsIn;
            else body["status"] = change.IsIn ? "subscribed" : "unsubscribed";
        }
        if (interests.Count > 0) body["interests"] = interests;
        try
        {
            using var request = Request(HttpMethod.Patch, account, $"{MemberPath(contact)}?skip_merge_validation=true", body);
            await mailer.JsonAsync(request, cancel);
        }
        catch (CallFailedException failed) when (failed.Status == 400 && failed.Error is "Member In Compliance State" or "Forgotten Email Not Subscribed")
        {
            throw new CallFailedException(CallOutcome.NeedsThePerson, failed.Status, isForGood: true);
        }
    }

    /// <summary>
    /// A form; proven by the secret at the end of the address, which is all that Mailchimp offers. Whoever was deleted by an operator opted out of nothing. The
    /// time in it has no zone, and says nothing therefore.
    /// </summary>
    public Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel)
    {
        if (!MailerRequest.IsSame(call.Secret, account.WebhookSecret)) return Task.FromResult<IReadOnlyList<OptOutThere>?>(null);
        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(call.Body.Span));
        var (address, reason) = (Of("data[email]"), Of("data[reason]"));
        IReadOnlyList<OptOutThere> told = Of("type") switch
        {
            "unsubscribe" when Of("data[action]") != "delete" && reason == "abuse" => [new(address, null, "complained")],
            "unsubscribe" when Of("data[action]") != "delete" => [.. ListsOf(account, Of("data[list_id]")).Select(list => new OptOutThere(address, list))],
            "cleaned" => [new(address, null, reason == "abuse" ? "complained" : "bounced")],
            _ => [],
        };
        return Task.FromResult<IReadOnlyList<OptOutThere>?>(told);

        string Of(string name) => form.TryGetValue(name, out var values) ? values.ToString() : "";
    }

    private static HttpRequestMessage Request(HttpMethod method, Account account, string path, JsonNode? body = null) =>
        MailerRequest.Of(method, account.At(path), body).By("consent", account.Secret);

    private static string? DataCentre(string? key) =>
        key?.Split('-') is [_, .., { Length: > 0 and < 10 } centre] && centre.All(char.IsAsciiLetterOrDigit) ? centre : null;

    private static string AudienceOf(string list) => list.Split('/')[0];

    private static string? InterestOf(string list) => list.Split('/') is [_, var interest] ? interest : null;

    private static string MemberPath(string contact) => $"lists/{AudienceOf(contact)}/members/{MailerRequest.Escaped(contact[(contact.IndexOf('/', StringComparison.Ordinal) + 1)..])}";

    /// <summary>Those of the connector's lists that are the audience, or interests in it.</summary>
    private static IEnumerable<string> ListsOf(Account account, string audience) => account.Lists.Values.Where(list => AudienceOf(list) == audience);

    private static MailContact? Contact(Account account, string audience, JsonElement member)
    {
        if (member.Text("id") is not { } id || member.Text("email_address") is not { } address || member.Text("status") is not { } status || status == "archived") return null;
        var changedAt = member.Moment("last_changed");
        var lists = ListsOf(account, audience).ToDictionary(list => list, list => Standing(status, InterestOf(list), member, changedAt), StringComparer.Ordinal);
        return new($"{audience}/{id}", address, lists, status == "cleaned" ? new StoppedAsAWhole("bounced", changedAt) : null);
    }

    /// <summary>Who comes back to an audience comes back to all that is sent to it: by an interest alone that is not done.</summary>
    private static ListStanding Standing(string status, string? interest, JsonElement member, DateTimeOffset? changedAt) => status switch
    {
        "unsubscribed" => new(There.Out, changedAt, IsFixed: interest is not null),
        "cleaned" => new(There.Out, changedAt, IsFixed: true),
        "subscribed" => new(interest is null || member.Member("interests")?.Flag(interest) is true ? There.In : There.Off, changedAt),
        _ => new(There.Absent),
    };
}
