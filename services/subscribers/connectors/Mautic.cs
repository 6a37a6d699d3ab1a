using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors;

/// <summary>
/// Mautic, by its REST API and webhooks (devdocs.mautic.org, rest_api/contacts, segments, webhooks; releases 4 to 6), with basic authentication, which an
/// operator enables there. A list is the id of a segment, or <c>*</c> for the contact as a whole (Do Not Contact of the channel e-mail). Leaving a segment is no
/// opt-out, since segments have filters: opt-outs there are those of Do Not Contact. A page of contacts tells of no segments; so the members of each are read
/// after it, since an import puts back whoever was taken off.
/// </summary>
internal sealed class Mautic(CallMailer mailer) : IMailingSystem
{
    private const int PageSize = 200;

    /// <summary>Reasons of Do Not Contact.</summary>
    private const int Unsubscribed = 1;
    private const long Bounced = 2;

    public string Name => "mautic";

    public bool TellsChanges => true;

    public bool IsHosted => false;

    public Uri? UsualAddress(AccountRequest account) => null;

    public string? WhyNot(AccountRequest account) => string.IsNullOrEmpty(account.User) ? "Set user and secret to a user of Mautic and his password, for whom its API takes basic authentication." : null;

    public bool IsList(string list) => list == IMailingSystem.Whole || long.TryParse(list, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary>All contacts, then the members of one segment after the other.</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        List<string> segments = [.. account.Lists.Values.Where(list => list != IMailingSystem.Whole).Order(StringComparer.Ordinal)];
        if (page?.Split(':') is [var segment, var after])
            return await MembersAsync(account, since, segment, after, Beginning(segments.SkipWhile(s => s != segment).Skip(1)), cancel);
        var start = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        var (contacts, total) = await ContactsAsync(account, since, string.Create(CultureInfo.InvariantCulture, $"start={start}"), cancel);
        var isLast = contacts.Count == 0 || start + contacts.Count >= total;
        return new(
            [.. contacts.Select(c => Contact(account.Lists.Values, c, _ => There.Unknown)).OfType<MailContact>()],
            isLast ? Beginning(segments) : (start + contacts.Count).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>GET /api/contacts/{id}</c>, and <c>…/segments</c>.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        var path = $"api/contacts/{MailerRequest.Escaped(contact)}";
        if ((await FoundAsync(account, path, cancel))?.Member("contact") is not { } found || await FoundAsync(account, $"{path}/segments", cancel) is not { } of) return null;
        if (of.Member("lists") is not { } lists) throw new CallFailedException(CallOutcome.Unreadable);
        var segments = lists.AsItems().Where(l => !l.Flag("manuallyRemoved")).Select(l => l.Text("id")).ToHashSet(StringComparer.Ordinal);
        return Contact(account.Lists.Values, found, list => segments.Contains(list) ? There.In : There.Absent);
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

    /// <summary>Where a round goes on, at the first of these segments.</summary>
    private static string? Beginning(IEnumerable<string> segments) => segments.FirstOrDefault() is { } first ? $"{first}:0" : null;

    /// <summary>
    /// Searched by the segment's alias, which <c>GET /api/segments/{id}</c> tells; from an id on, and not by their number, since some are taken off meanwhile.
    /// </summary>
    private async Task<ContactPage> MembersAsync(Account account, DateTimeOffset? since, string segment, string after, string? following, CancellationToken cancel)
    {
        // One that is not there any more has none.
        if (await FoundAsync(account, $"api/segments/{MailerRequest.Escaped(segment)}", cancel) is not { } found) return new([], following);
        var alias = found.Member("list")?.Text("alias") ?? throw new CallFailedException(CallOutcome.Unreadable);
        var query = $"start=0&search={MailerRequest.Escaped($"segment:{alias}")}"
            + $"&where%5B1%5D%5Bcol%5D=id&where%5B1%5D%5Bexpr%5D=gt&where%5B1%5D%5Bval%5D={MailerRequest.Escaped(after)}";
        var (members, total) = await ContactsAsync(account, since, query, cancel);
        return new(
            [.. members.Select(m => Contact([segment], m, _ => There.In)).OfType<MailContact>()],
            members is [.., var end] && members.Count < total && end.Text("id") is { } last ? $"{segment}:{last}" : following);
    }

    /// <summary><c>GET /api/contacts</c>, in the order of their ids.</summary>
    private async Task<(IReadOnlyList<JsonElement> Contacts, long Total)> ContactsAsync(Account account, DateTimeOffset? since, string which, CancellationToken cancel)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"{which}&limit={PageSize}&orderBy=id&orderByDir=asc");
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
        return (answer.Items("contacts"), answer.Whole("total") ?? 0);
    }

    /// <summary>Null for what is not there.</summary>
    private async Task<JsonElement?> FoundAsync(Account account, string path, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, account, path);
            return await mailer.JsonAsync(request, cancel);
        }
        catch (CallFailedException failed) when (failed.Status == 404)
        {
            return null;
        }
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

    /// <param name="lists">Those that it is told about.</param>
    /// <param name="standing">How it stands in a segment, unless it is stopped.</param>
    private static MailContact? Contact(IEnumerable<string> lists, JsonElement contact, Func<string, There> standing)
    {
        // Many are visitors that nobody knows.
        if (contact.Text("id") is not { } id || AddressOf(contact) is not { Length: > 0 } address) return null;
        var stop = contact.Items("doNotContact").Where(d => d.Text("channel") == "email").Select(d => (JsonElement?)d).FirstOrDefault();
        var at = stop?.Moment("dateAdded");
        var standings = lists.ToDictionary(list => list, list => list == IMailingSystem.Whole
            ? new ListStanding(stop is null ? There.In : There.Out, at)
            : stop is null ? new ListStanding(standing(list)) : new ListStanding(There.Out, at, IsFixed: true), StringComparer.Ordinal);
        return new(id, address, standings, stop is { } why ? new StoppedAsAWhole(why.Whole("reason") == Bounced ? "bounced" : null, at) : null);
    }
}
