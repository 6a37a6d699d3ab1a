using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consent.Connectors;

/// <summary>
/// listmonk, by listmonk.app/docs/apis/subscribers and /querying-and-segmentation (releases 4 to 6). The account is an API user and its token, with the permissions
/// <c>subscribers:get_all</c>, <c>subscribers:manage</c>, <c>subscribers:sql_query</c> and those of its lists. It sends no webhooks of opt-outs: it is asked.
/// A contact that is blocklisted, by the person or by an operator there, is stopped as a whole.
/// </summary>
internal sealed class Listmonk(CallMailer mailer) : IMailingSystem
{
    /// <summary>It may answer fewer, and says so.</summary>
    private const int PageSize = 100;

    public string Name => "listmonk";

    public bool TellsChanges => true;

    public bool IsHosted => false;

    public Uri? UsualAddress(AccountRequest account) => null;

    public string? WhyNot(AccountRequest account) => string.IsNullOrEmpty(account.User) ? "Set user to the name of an API user of listmonk, and secret to its token." : null;

    /// <summary>The id of a list.</summary>
    public bool IsList(string list) => long.TryParse(list, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    /// <summary><c>GET /api/subscribers</c>. An opt-out moves the time of the subscription, and not that of the subscriber: hence the expression.</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        var number = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 1;
        var query = string.Create(CultureInfo.InvariantCulture, $"page={number}&per_page={PageSize}&order_by=created_at&order=asc");
        if (since is { } from)
        {
            var at = from.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            query += "&query=" + MailerRequest.Escaped(
                $"(subscribers.updated_at >= '{at}' OR EXISTS (SELECT 1 FROM subscriber_lists WHERE subscriber_lists.subscriber_id = subscribers.id AND subscriber_lists.updated_at >= '{at}'))");
        }
        using var request = Request(HttpMethod.Get, account, $"api/subscribers?{query}");
        var answer = await mailer.JsonAsync(request, cancel);
        if (answer.Member("data") is not { } data) throw new CallFailedException(CallOutcome.Unreadable);
        var (results, total, perPage) = (data.Items("results"), data.Whole("total") ?? 0, data.Whole("per_page") ?? PageSize);
        var isLast = results.Count == 0 || number * perPage >= total;
        return new([.. results.Select(r => Contact(account, r)).OfType<MailContact>()], isLast ? null : (number + 1).ToString(CultureInfo.InvariantCulture));
    }

    /// <summary><c>GET /api/subscribers/{id}</c>, which answers 400 for one that is not there.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, account, $"api/subscribers/{MailerRequest.Escaped(contact)}");
            return (await mailer.JsonAsync(request, cancel)).Member("data") is { } data ? Contact(account, data) : null;
        }
        catch (CallFailedException failed) when (failed.Status is 400 or 404)
        {
            return null;
        }
    }

    /// <summary><c>PUT /api/subscribers/lists</c>.</summary>
    public async Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel)
    {
        foreach (var same in changes.GroupBy(c => c.IsIn))
        {
            var body = new JsonObject
            {
                ["ids"] = new JsonArray(Number(contact)),
                ["action"] = same.Key ? "add" : "unsubscribe",
                ["target_list_ids"] = new JsonArray([.. same.Select(c => (JsonNode?)Number(c.List))]),
            };
            // The person confirmed here: to be asked by listmonk once more would be a second confirmation.
            if (same.Key) body["status"] = "confirmed";
            using var request = Request(HttpMethod.Put, account, "api/subscribers/lists", body);
            await mailer.JsonAsync(request, cancel);
        }
    }

    public Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel) => Task.FromResult<IReadOnlyList<OptOutThere>?>(null);

    private static HttpRequestMessage Request(HttpMethod method, Account account, string path, JsonNode? body = null) =>
        MailerRequest.Of(method, account.At(path), body).By(account.User!, account.Secret);

    private static JsonValue Number(string text) => JsonValue.Create(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture));

    private static MailContact? Contact(Account account, JsonElement subscriber)
    {
        if (subscriber.Text("id") is not { } id || subscriber.Text("email") is not { } address) return null;
        var isBlocked = subscriber.Text("status") == "blocklisted";
        var on = subscriber.Items("lists").Where(l => l.Text("id") is not null).ToLookup(l => l.Text("id")!, StringComparer.Ordinal);
        var lists = account.Lists.Values.ToDictionary(list => list, list => Standing(on[list].FirstOrDefault(), isBlocked), StringComparer.Ordinal);
        return new(id, address, lists, isBlocked ? new StoppedAsAWhole(null, null) : null);
    }

    /// <summary>The time is the subscription's own: the subscriber's does not move when he opts out.</summary>
    private static ListStanding Standing(JsonElement list, bool isBlocked) => (list.Text("subscription_status"), isBlocked) switch
    {
        (_, true) or ("unsubscribed", _) => new(There.Out, list.Moment("subscription_updated_at"), isBlocked),
        (null, _) => new(There.Absent),
        _ => new(There.In),
    };
}
