using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors;

/// <summary>
/// Mautic, by its REST API and webhooks (devdocs.mautic.org, rest_api/contacts, webhooks; releases 4 to 6), with basic authentication, which an operator
/// enables there. A list is the id of a segment, or <c>*</c> for the contact as a whole (Do Not Contact of the channel e-mail). Leaving a segment is no opt-out,
/// since segments have filters: opt-outs there are those of Do Not Contact.
/// </summary>
internal sealed class Mautic(CallMailer mailer) : IMailingSystem
{
    private const int PageSize = 200;

    /// <summary>Reasons of Do Not Contact.</summary>
    private const int Unsubscribed = 1;
    private const long Bounced = 2;

    public string Name => "mautic";

    public bool TellsChanges => true;

    public Uri? UsualAddress(AccountRequest account) => null;

    public string? WhyNot(AccountRequest account) => string.IsNullOrEmpty(account.User) ? "Set user and secret to a user of Mautic and his password, for whom its API takes basic authentication." : null;

    public bool IsList(string list) => list == IMailingSystem.Whole || long.TryParse(list, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary><c>GET /api/contacts</c>, in the order of their ids.</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        var start = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        var query = string.Create(CultureInfo.InvariantCulture, $"start={start}&limit={PageSize}&orderBy=id&orderByDir=asc");
        if (since is { } from)
        {
            var at = MailerRequest.Escaped(from.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture));
            query += "&where%5B0%5D%5Bexpr%5D=orX";
            foreach (var (column, i) in ((string, int)[])[("date_modified", 0), ("date_added", 1)])
                query += $"&where%5B0%5D%5Bval%5D%5B{i}%5D%5Bcol%5D={column}&where%5B0%5D%5Bval%5D%5B{i}%5D%5Bexpr%5D=gte&where%5B0%5D%5Bval%5D%5B{i}%5D%5Bval%5D={at}";
        }
        using var request = Request(HttpMethod.Get, account, $"api/contacts?{query}");
        var answer = await mailer.JsonAsync(request, cancel);
        if (answer.Member("contacts") is null) throw new CallFailedException(CallOutcome.Unreadable);
        var contacts = answer.Items("contacts");
        var isLast = contacts.Count == 0 || start + contacts.Count >= (answer.Whole("total") ?? 0);
        return new([.. contacts.Select(c => Contact(account, c)).OfType<MailContact>()], isLast ? null : (start + contacts.Count).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>GET /api/contacts/{id}</c>.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, account, $"api/contacts/{MailerRequest.Escaped(contact)}");
            return (await mailer.JsonAsync(request, cancel)).Member("contact") is { } found ? Contact(account, found) : null;
        }
        catch (CallFailedException failed) when (failed.Status == 404)
        {
            return null;
        }
    }

    /// <summary><c>POST /api/segments/{id}/contact/{id}/add</c> or <c>remove</c>, and <c>POST /api/contacts/{id}/dnc/email/add</c> or <c>remove</c>.</summary>
    public async Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel)
    {
        foreach (var change in changes)
        {
            var (id, isWhole) = (MailerRequest.Escaped(contact), change.List == IMailingSystem.Whole);
            var path = isWhole ? $"api/contacts/{id}/dnc/email/{(change.IsIn ? "remove" : "add")}" : $"api/segments/{change.List}/contact/{id}/{(change.IsIn ? "add" : "remove")}";
            var body = isWhole && !change.IsIn ? new JsonObject { ["reason"] = Unsubscribed, ["comments"] = "Consent" } : null;
            using var request = Request(HttpMethod.Post, account, path, body);
            await mailer.JsonAsync(request, cancel);
        }
    }

    /// <summary><c>mautic.lead_channel_subscription_changed</c>; proven by <c>Webhook-Signature</c>, an HMAC-SHA-256 of the body under the secret, in base64.</summary>
    public Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel)
    {
        var signature = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(account.WebhookSecret), call.Body.Span));
        if (!MailerRequest.IsSame(call.Headers["Webhook-Signature"].ToString(), signature)) return Task.FromResult<IReadOnlyList<OptOutThere>?>(null);
        IReadOnlyList<JsonElement> changes = call.Json().Member("mautic.lead_channel_subscription_changed") is not { } told ? []
            : told.ValueKind == JsonValueKind.Array ? told.AsItems() : [told];
        return Task.FromResult<IReadOnlyList<OptOutThere>?>([.. changes.Select(OptOutIn).OfType<OptOutThere>()]);
    }

    private static OptOutThere? OptOutIn(JsonElement change)
    {
        if (change.Text("channel") != "email" || change.Text("new_status") is not ("unsubscribed" or "manual" or "bounced")) return null;
        return change.Member("contact") is { } contact && AddressOf(contact) is { } address
            ? new(address, null, change.Text("new_status") == "bounced" ? "bounced" : null, change.Moment("timestamp"), contact.Text("id"))
            : null;
    }

    private static HttpRequestMessage Request(HttpMethod method, Account account, string path, JsonNode? body = null) =>
        MailerRequest.Of(method, account.At(path), body).By(account.User!, account.Secret);

    private static string? AddressOf(JsonElement contact) =>
        contact.Member("fields") is not { } fields ? null : fields.Member("all")?.Text("email") ?? fields.Member("core")?.Member("email")?.Text("value");

    private static MailContact? Contact(Account account, JsonElement contact)
    {
        // Many are visitors that nobody knows.
        if (contact.Text("id") is not { } id || AddressOf(contact) is not { Length: > 0 } address) return null;
        var stop = contact.Items("doNotContact").Where(d => d.Text("channel") == "email").Select(d => (JsonElement?)d).FirstOrDefault();
        var at = stop?.Moment("dateAdded");
        var lists = account.Lists.Values.ToDictionary(list => list, list => list == IMailingSystem.Whole
            ? new ListStanding(stop is null ? There.In : There.Out, at)
            : stop is null ? new ListStanding(There.Unknown) : new ListStanding(There.Out, at, IsFixed: true), StringComparer.Ordinal);
        return new(id, address, lists, stop is { } why ? new StoppedAsAWhole(why.Whole("reason") == Bounced ? "bounced" : null, at) : null);
    }
}
