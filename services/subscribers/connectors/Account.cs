namespace Consent.Connectors;

/// <summary>How a connector speaks to its mailing system, and what its topics are called there. Lies sealed in the file.</summary>
/// <param name="User">Where the system wants one: a user, or the id of an access key.</param>
/// <param name="Secret">A password, an API key or a secret access key.</param>
/// <param name="WebhookSecret">Made here; the system proves by it that a webhook is its own.</param>
/// <param name="Lists">Lists by topic, each of which has one of its own.</param>
internal sealed record Account(
    Uri Url, string? User, string Secret, string WebhookSecret, IReadOnlyDictionary<string, string> Lists, string? Region = null, string? ContactList = null,
    string? SnsTopic = null)
{
    /// <summary>An address below that of the system.</summary>
    public Uri At(string pathAndQuery) => new($"{Url.AbsoluteUri.TrimEnd('/')}/{pathAndQuery}");

    /// <summary>The topic of a list; null when none is sent to it.</summary>
    public string? TopicOf(string list) => Lists.Where(l => l.Value == list).Select(l => l.Key).FirstOrDefault();
}

/// <summary>The account, as an operator gives it.</summary>
internal sealed record AccountRequest(string? Url, string? User, string? Secret, string? Region, string? ContactList, string? SnsTopic);
