using System.Text.Json;

namespace Consent.Connectors;

/// <summary>
/// What an event of Amazon SES tells of opt-outs (docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html): a permanent bounce, a
/// complaint, or a changed subscription. Pure.
/// </summary>
internal static class SesEvent
{
    /// <param name="contactList">Other lists are not the connector's.</param>
    public static IReadOnlyList<OptOutThere> OptOutsIn(string text, string? contactList)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var e = json.RootElement;
            return (e.Text("eventType") ?? e.Text("notificationType")) switch
            {
                "Bounce" when e.Member("bounce") is { } bounce && bounce.Text("bounceType") == "Permanent" => All(bounce, "bouncedRecipients", "bounced"),
                "Complaint" when e.Member("complaint") is { } complaint => All(complaint, "complainedRecipients", "complained"),
                "Subscription" when e.Member("subscription") is { } subscription && subscription.Text("contactList") == contactList => OfSubscription(e, subscription),
                _ => [],
            };
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IReadOnlyList<OptOutThere> All(JsonElement fault, string recipients, string cause) =>
        [.. fault.Items(recipients).Select(r => r.Text("emailAddress")).OfType<string>().Select(address => new OptOutThere(address, null, cause, fault.Moment("timestamp")))];

    /// <summary>Of a mail to several nobody can tell whose it was: the next comparison of all contacts finds it.</summary>
    private static IReadOnlyList<OptOutThere> OfSubscription(JsonElement e, JsonElement subscription)
    {
        if (e.Member("mail")?.Items("destination") is not [var only] || only.AsText() is not { } address || subscription.Member("newTopicPreferences") is not { } preferences) return [];
        var (at, before) = (subscription.Moment("timestamp"), subscription.Member("oldTopicPreferences"));
        if (preferences.Flag("unsubscribeAll")) return [new(address, null, null, at)];
        var outBefore = before is { } old ? OptedOut(old).ToHashSet(StringComparer.Ordinal) : [];
        return [.. OptedOut(preferences).Where(topic => !outBefore.Contains(topic)).Select(topic => new OptOutThere(address, topic, null, at))];
    }

    /// <summary>One topic may stand there without an array.</summary>
    private static IEnumerable<string> OptedOut(JsonElement preferences)
    {
        if (preferences.Member("topicSubscriptionStatus") is not { } topics) return [];
        IReadOnlyList<JsonElement> all = topics.ValueKind == JsonValueKind.Array ? topics.AsItems() : [topics];
        return all.Where(t => t.Text("subscriptionStatus") is "OptOut" or "OPT_OUT").Select(t => t.Text("topicName")).OfType<string>();
    }
}
