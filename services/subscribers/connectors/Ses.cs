using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consent.Contracts;

namespace Consent.Connectors;

/// <summary>
/// Amazon SES, by its API v2 of 2019-09-27 (docs.aws.amazon.com/ses/latest/APIReference-V2): contact lists, and the suppression list of the account. A list is
/// a topic of the contact list, or <c>*</c> for all of them (UnsubscribeAll). The user is the id of an access key, the secret the key. Webhooks come by
/// Amazon SNS: event publishing of Bounce, Complaint and Subscription (docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html).
/// SES cannot be asked what changed.
/// </summary>
internal sealed class Ses(CallMailer mailer, FetchFromSns fetch, TimeProvider time) : IMailingSystem
{
    private const int PageSize = 1000;

    /// <summary>Before the address: a contact of the list, or an entry of the suppression list. Each is a contact of its own here.</summary>
    private const string OfList = "list:";
    private const string OfSuppression = "suppression:";

    public string Name => "ses";

    public bool TellsChanges => false;

    public bool IsHosted => true;

    public Uri? UsualAddress(AccountRequest account) => IsRegion(account.Region) ? new Uri($"https://email.{account.Region}.amazonaws.com") : null;

    public string? WhyNot(AccountRequest account) => account switch
    {
        { User: null or "" } => "Set user to the id of an access key, and secret to the key.",
        _ when !IsRegion(account.Region) => "Set region to the one of SES, such as eu-west-1.",
        { ContactList: null or "" } => "Set contactList to the name of the contact list.",
        { SnsTopic: { Length: > 0 } arn } when !arn.StartsWith("arn:aws", StringComparison.Ordinal) => "Set snsTopic to the ARN of the topic that SES publishes its events to, or leave it out.",
        _ => null,
    };

    public bool IsList(string list) => list == IMailingSystem.Whole || list.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary><c>POST …/contacts/list</c> (ListContacts), then <c>GET /v2/email/suppression/addresses</c> (ListSuppressedDestinations).</summary>
    public async Task<ContactPage> ReadAsync(Account account, DateTimeOffset? since, string? page, CancellationToken cancel)
    {
        if (page?.StartsWith(OfSuppression, StringComparison.Ordinal) is true) return await ReadSuppressionAsync(account, page[OfSuppression.Length..], cancel);
        var body = new JsonObject { ["PageSize"] = PageSize };
        if (page is not null) body["NextToken"] = page[OfList.Length..];
        var answer = await SendAsync(HttpMethod.Post, account, $"{ListPath(account)}/contacts/list", body, cancel);
        var next = answer.Text("NextToken") is { Length: > 0 } token ? OfList + token : OfSuppression;
        return new([.. answer.Items("Contacts").Select(c => Contact(account, c)).OfType<MailContact>()], next);
    }

    /// <summary><c>GET …/contacts/{EmailAddress}</c> (GetContact), or of the suppression list.</summary>
    public async Task<MailContact?> FindAsync(Account account, string contact, CancellationToken cancel)
    {
        try
        {
            if (contact.StartsWith(OfSuppression, StringComparison.Ordinal))
            {
                var entry = await SendAsync(HttpMethod.Get, account, $"v2/email/suppression/addresses/{MailerRequest.Escaped(contact[OfSuppression.Length..])}", null, cancel);
                return entry.Member("SuppressedDestination") is { } suppressed ? Suppressed(suppressed) : null;
            }
            return Contact(account, await SendAsync(HttpMethod.Get, account, ContactPath(account, contact), null, cancel));
        }
        catch (CallFailedException failed) when (failed.Status == 404)
        {
            return null;
        }
    }

    /// <summary>
    /// <c>PUT …/contacts/{EmailAddress}</c> (UpdateContact), which takes away what it is not told: so all is read first, and told again.
    /// </summary>
    public async Task PushAsync(Account account, string contact, IReadOnlyList<ListChange> changes, CancellationToken cancel)
    {
        var held = await SendAsync(HttpMethod.Get, account, ContactPath(account, contact), null, cancel);
        var preferences = held.Items("TopicPreferences").Where(p => p.Text("TopicName") is not null)
            .ToDictionary(p => p.Text("TopicName")!, p => p.Text("SubscriptionStatus") ?? "OPT_OUT", StringComparer.Ordinal);
        var isStopped = held.Flag("UnsubscribeAll");
        foreach (var change in changes)
        {
            if (change.List == IMailingSystem.Whole) isStopped = !change.IsIn;
            else preferences[change.List] = change.IsIn ? "OPT_IN" : "OPT_OUT";
        }
        var body = new JsonObject
        {
            ["TopicPreferences"] = new JsonArray([.. preferences.Select(p => (JsonNode?)new JsonObject { ["TopicName"] = p.Key, ["SubscriptionStatus"] = p.Value })]),
            ["UnsubscribeAll"] = isStopped,
        };
        if (held.Text("AttributesData") is { } attributes) body["AttributesData"] = attributes;
        await SendAsync(HttpMethod.Put, account, ContactPath(account, contact), body, cancel);
    }

    public async Task<IReadOnlyList<OptOutThere>?> HearAsync(Account account, WebhookCall call, CancellationToken cancel)
    {
        var message = call.Json();
        if (account.SnsTopic is not { Length: > 0 } topic || !await SnsMessage.IsProvenAsync(message, topic, fetch, cancel)) return null;
        if (message.Text("Type") == SnsMessage.SubscriptionConfirmation)
        {
            if (SnsMessage.AtSns(message.Text("SubscribeURL")) is { } url) await fetch(url, cancel);
            return [];
        }
        return message.Text("Type") == SnsMessage.Notification && message.Text("Message") is { } text ? SesEvent.OptOutsIn(text, account.ContactList) : [];
    }

    private async Task<ContactPage> ReadSuppressionAsync(Account account, string token, CancellationToken cancel)
    {
        var query = token.Length == 0 ? "" : $"&NextToken={MailerRequest.Escaped(token)}";
        var answer = await SendAsync(HttpMethod.Get, account, string.Create(CultureInfo.InvariantCulture, $"v2/email/suppression/addresses?PageSize={PageSize}{query}"), null, cancel);
        return new(
            [.. answer.Items("SuppressedDestinationSummaries").Select(Suppressed).OfType<MailContact>()],
            answer.Text("NextToken") is { Length: > 0 } next ? OfSuppression + next : null);
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, Account account, string path, JsonNode? body, CancellationToken cancel)
    {
        using var request = MailerRequest.Of(method, account.At(path), body);
        var bytes = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancel);
        SignAws.Sign(request, bytes, account.User!, account.Secret, account.Region!, "ses", time.Now());
        return await mailer.JsonAsync(request, cancel);
    }

    private static bool IsRegion(string? region) => region is { Length: > 0 } && region.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    private static string ListPath(Account account) => $"v2/email/contact-lists/{MailerRequest.Escaped(account.ContactList!)}";

    private static string ContactPath(Account account, string contact) => $"{ListPath(account)}/contacts/{MailerRequest.Escaped(contact[OfList.Length..])}";

    private static MailContact? Contact(Account account, JsonElement contact)
    {
        if (contact.Text("EmailAddress") is not { } address) return null;
        var (isStopped, at) = (contact.Flag("UnsubscribeAll"), contact.Moment("LastUpdatedTimestamp"));
        var (own, usual) = (Preferences(contact, "TopicPreferences"), Preferences(contact, "TopicDefaultPreferences"));
        var lists = account.Lists.Values.ToDictionary(list => list, list => list == IMailingSystem.Whole
            ? new ListStanding(isStopped ? There.Out : There.In, at)
            : isStopped ? new ListStanding(There.Out, at, IsFixed: true) : Standing(own.GetValueOrDefault(list), usual.GetValueOrDefault(list), at), StringComparer.Ordinal);
        return new(OfList + address, address, lists, isStopped ? new StoppedAsAWhole(null, at) : null);
    }

    private static ListStanding Standing(string? own, string? usual, DateTimeOffset? at) => (own, usual) switch
    {
        ("OPT_OUT", _) => new(There.Out, at),
        ("OPT_IN", _) or (null, "OPT_IN") => new(There.In, at),
        _ => new(There.Absent),
    };

    private static Dictionary<string, string?> Preferences(JsonElement contact, string name) => contact.Items(name).Where(p => p.Text("TopicName") is not null)
        .GroupBy(p => p.Text("TopicName")!, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Text("SubscriptionStatus"), StringComparer.Ordinal);

    private static MailContact? Suppressed(JsonElement entry) => entry.Text("EmailAddress") is { } address
        ? new(
            OfSuppression + address, address, new Dictionary<string, ListStanding>(),
            new StoppedAsAWhole(entry.Text("Reason") == "COMPLAINT" ? "complained" : "bounced", entry.Moment("LastUpdateTime")))
        : null;
}
