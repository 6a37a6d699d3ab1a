using System.Net;
using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.ServiceDefaults.Outgoing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Consent.Connectors;

/// <summary>What an owner says of a connector; <paramref name="Site"/> and <paramref name="System"/> when it is made, and never again.</summary>
/// <param name="Lists">What each topic is called in the mailing system.</param>
/// <param name="Secret">May be absent when it is changed: then the one before holds.</param>
/// <param name="WithoutBasis"><c>leave</c>, or <c>stop</c> to opt out there whoever may not be mailed, also where nobody said no.</param>
internal sealed record ConnectorRequest(
    string? Site, string? System, string? Name, IReadOnlyDictionary<string, string?>? Lists, string? Url, string? User, string? Secret, string? Region,
    string? ContactList, string? SnsTopic, string? WithoutBasis)
{
    public const string Leave = "leave";
    public const string Stop = "stop";
    private const int LongestText = 2000;
    private const int LongestName = 200;
    private const int MostLists = 100;

    private AccountRequest Given => new(Url, User, Secret, Region, ContactList, SnsTopic);

    /// <summary>The account; or what is wrong with it.</summary>
    /// <param name="before">Where it is changed.</param>
    public (Account? Account, ProblemHttpResult? Problem) Check(IMailingSystem system, Declaration inForce, Account? before, ConnectorSettings settings)
    {
        var given = Given with { Secret = string.IsNullOrEmpty(Secret) ? before?.Secret : Secret };
        if (Name?.Length > LongestName) return (null, Problems.Invalid("connector-name", "The name is too long.", $"Use at most {LongestName} characters."));
        // PostgreSQL keeps no such text.
        if (Name?.Contains('\0', StringComparison.Ordinal) is true)
            return (null, Problems.Invalid("connector-name", "The name holds a character that cannot be kept.", "Leave out the character U+0000."));
        if (WithoutBasis is not (null or Leave or Stop))
            return (null, Problems.Invalid("connector-without-basis", "What becomes of contacts without a basis is unknown.", "Set withoutBasis to leave or stop, or leave it out for leave."));
        if (((string?[])[given.Url, given.User, given.Secret, given.Region, given.ContactList, given.SnsTopic]).Any(text => text?.Length > LongestText))
            return (null, BadAccount($"Keep each member under {LongestText} characters."));
        if (string.IsNullOrEmpty(given.Secret)) return (null, BadAccount("Set secret to the password or key by which the mailing system knows this connector."));
        if (system.WhyNot(given) is { } why) return (null, BadAccount(why));
        if (WhyNotLists(system, inForce) is { } lists) return (null, Problems.Invalid("connector-lists", "The lists do not fit.", lists));
        var (url, wrong) = Address(given, system, settings);
        // The secret of one system is told to no other: whoever names another has to know it.
        if (url is not null && string.IsNullOrEmpty(Secret) && before is not null && (!IsSameHost(url, before.Url) || given.Region != before.Region))
            return (null, BadAccount("Set secret too: the one that is kept belongs to another address."));
        return url is null
            ? (null, wrong)
            : (new Account(
                url, given.User, given.Secret, before?.WebhookSecret ?? RandomId.New(), Lists!.ToDictionary(l => l.Key, l => l.Value!, StringComparer.Ordinal), given.Region,
                given.ContactList, given.SnsTopic), null);
    }

    private static bool IsSameHost(Uri one, Uri other) => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private string? WhyNotLists(IMailingSystem system, Declaration inForce)
    {
        if (Lists is not { Count: > 0 and <= MostLists }) return $"Set lists to the list of each topic, such as {{\"news\":\"3\"}}: 1 to {MostLists} of them.";
        foreach (var (topic, list) in Lists)
        {
            if (ChannelTopic.Read(topic) is not { Channel: Channel.Email } || inForce.FindTopic(topic)?.Channels.Contains(Channel.Email) is not true)
                return $"Use topics of the site's declaration that are sent by e-mail; '{Problems.Shown(topic)}' is none of them.";
            if (string.IsNullOrEmpty(list) || list.Length > LongestName || !system.IsList(list)) return $"Give '{Problems.Shown(topic)}' a list as {system.Name} names it; see the README of connectors.";
        }
        return Lists.Values.Distinct(StringComparer.Ordinal).Count() < Lists.Count ? "Give each topic a list of its own: on one list nobody could opt out of one topic alone." : null;
    }

    private (Uri? Url, ProblemHttpResult? Problem) Address(AccountRequest given, IMailingSystem system, ConnectorSettings settings)
    {
        var url = string.IsNullOrEmpty(Url) ? system.UsualAddress(given) : null;
        if (url is null && (!Uri.TryCreate(Url, UriKind.Absolute, out url) || url.Scheme is not ("https" or "http")
            || url.UserInfo.Length > 0 || url.Fragment.Length > 0 || url.Query.Length > 0 || url.Host.Length == 0))
            return (null, Problems.Invalid("connector-url", "The address of the mailing system is missing or malformed.", "Set url to an absolute https address without user, query or fragment."));
        if (url.Scheme != Uri.UriSchemeHttps && !settings.AllowHttp)
            return (null, Problems.Invalid("connector-url-insecure", "The address does without TLS.", "Use an https address; http is taken only where the operator allows it."));
        // A name is looked up when it is called, and not before; an address in the address can be told at once.
        if (IPAddress.TryParse(url.IdnHost, out var address) && ForbiddenTargets.Contain(address, settings.AllowedNetworks))
            return (null, Problems.Invalid("connector-target-forbidden", "The address is not one of the public internet.",
                "Use a public address, or ask the operator to add the network to Connectors:AllowedNetworks."));
        return (url, null);
    }

    private static ProblemHttpResult BadAccount(string whatToDo) => Problems.Invalid("connector-account", "The account does not suffice.", whatToDo);
}
