using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors;

/// <summary>
/// Brevo, by its API v3 (developers.brevo.com/reference/get-contacts, /update-contact, and /docs/marketing-webhooks). A list is the id of one, or <c>*</c> for the
/// contact as a whole (emailBlacklisted). The secret is an API key. Webhooks are marketing webhooks with bearer authentication. An opt-out in a mail of Brevo's
/// stops the contact as a whole.
/// </summary>
internal sealed class Brevo(CallMailer mailer) : IMailingSystem
{
    private const int PageSize = 1000;

    public string Name => "brevo";

    public bool TellsChanges => true;

    public bool IsHosted => true;

    public Uri? UsualAddress(AccountRequest account) => new("https://api.brevo.com/v3");

    public string? WhyNot(AccountRequest account) => null;

    public bool IsList(string list) => list == IMailingSystem.Whole || long.TryParse(list, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary><c>GET /contacts</c>.</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        var offset = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 0;
        var query = string.Create(CultureInfo.InvariantCulture, $"limit={PageSize}&offset={offset}&sort=asc");
        if (since is { } from) query += $"&modifiedSince={MailerRequest.Escaped(from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture))}";
        using var request = Request(HttpMethod.Get, account, $"contacts?{query}");
        var answer = await mailer.JsonAsync(request, cancel);
        if (answer.Member("contacts") is null) throw new CallFailedException(CallOutcome.Unreadable);
        var contacts = answer.Items("contacts");
        var isLast = contacts.Count == 0 || offset + contacts.Count >= (answer.Whole("count") ?? 0);
        return new([.. contacts.Select(c => Contact(account, c)).OfType<MailContact>()], isLast ? null : (offset + contacts.Count).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>GET /contacts/{identifier}</c>.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, account, $"contacts/{MailerRequest.Escaped(contact)}?identifierType=contact_id");
            return Contact(account, await mailer.JsonAsync(request, cancel));
        }
        catch (CallFailedException failed) when (failed.Status == 404)
        {
            return null;
        }
    }

    /// <summary><c>PUT /contacts/{identifier}</c>.</summary>
    public async Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel)
    {
        var body = new JsonObject();
        foreach (var (name, isIn) in ((string, bool)[])[("listIds", true), ("unlinkListIds", false)])
        {
            JsonNode?[] ids = [.. changes.Where(c => c.List != IMailingSystem.Whole && c.IsIn == isIn).Select(c => JsonValue.Create(long.Parse(c.List, NumberStyles.None, CultureInfo.InvariantCulture)))];
            if (ids.Length > 0) body[name] = new JsonArray(ids);
        }
        if (changes.FirstOrDefault(c => c.List == IMailingSystem.Whole) is { } whole) body["emailBlacklisted"] = !whole.IsIn;
        using var request = Request(HttpMethod.Put, account, $"contacts/{MailerRequest.Escaped(contact)}?identifierType=contact_id", body);
        await mailer.JsonAsync(request, cancel);
    }

    /// <summary>One event as JSON; proven by the bearer token that Brevo was given.</summary>
    public Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel)
    {
        if (!MailerRequest.IsSame(call.Headers.Authorization.ToString(), $"Bearer {account.WebhookSecret}")) return Task.FromResult<IReadOnlyList<OptOutThere>?>(null);
        var json = call.Json();
        // A batch is an array of the same.
        IReadOnlyList<JsonElement> events = json.ValueKind == JsonValueKind.Array ? json.AsItems() : [json];
        return Task.FromResult<IReadOnlyList<OptOutThere>?>([.. events.SelectMany(e => OptOutsIn(account, e))]);
    }

    private static IEnumerable<OptOutThere> OptOutsIn(Account account, JsonElement e)
    {
        if (e.Text("email") is not { } address) return [];
        var at = e.Moment("ts_event");
        switch (e.Text("event"))
        {
            case "unsubscribe" or "unsubscribed":
                IReadOnlyList<JsonElement> ids = e.Member("list_id") is { } id && id.ValueKind is not JsonValueKind.Array ? [id] : e.Items("list_id");
                List<string> lists = [.. ids.Select(l => l.AsText()).OfType<string>().Where(list => account.TopicOf(list) is not null)];
                return lists.Count == 0 ? [new(address, null, null, at)] : lists.Select(list => new OptOutThere(address, list, null, at));
            case "hard_bounce":
                return [new(address, null, "bounced", at)];
            case "spam":
                return [new(address, null, "complained", at)];
            default:
                return [];
        }
    }

    private static HttpRequestMessage Request(HttpMethod method, Account account, string path, JsonNode? body = null)
    {
        var request = MailerRequest.Of(method, account.At(path), body);
        request.Headers.TryAddWithoutValidation("api-key", account.Secret);
        return request;
    }

    private static MailContact? Contact(Account account, JsonElement contact)
    {
        // Some are known by a telephone number alone.
        if (contact.Text("id") is not { } id || contact.Text("email") is not { } address) return null;
        var (isStopped, at) = (contact.Flag("emailBlacklisted"), contact.Moment("modifiedAt"));
        var (on, left) = (Ids(contact, "listIds"), Ids(contact, "listUnsubscribed"));
        var lists = account.Lists.Values.ToDictionary(list => list, list => list == IMailingSystem.Whole
            ? new ListStanding(isStopped ? There.Out : There.In, at)
            : isStopped ? new ListStanding(There.Out, at, IsFixed: true)
            : new ListStanding(left.Contains(list) ? There.Out : on.Contains(list) ? There.In : There.Absent, at), StringComparer.Ordinal);
        return new(id, address, lists, isStopped ? new StoppedAsAWhole(null, at) : null);
    }

    private static HashSet<string> Ids(JsonElement contact, string name) => contact.Items(name).Select(i => i.AsText()).OfType<string>().ToHashSet(StringComparer.Ordinal);
}
