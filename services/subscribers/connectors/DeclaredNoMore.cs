using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <summary>
/// Topics of a connector that its site does not send by mail any more, while the mailing system may go on: each of those mails has a link to opt out.
/// Marketing is asked of what is declared alone; so whose an address is, is asked by another topic, and who said no is read from what was heard. Whom the
/// connector itself carried in is taken off; others are left until they say no, as who has no basis is.
/// </summary>
internal sealed class DeclaredNoMore(
    [FromKeyedServices(ConnectorsSetup.Service)] IDeclarations declarations, [FromKeyedServices(ConnectorsSetup.Service)] SubscriberState consent)
{
    /// <summary>In the place of a reason of marketing's.</summary>
    public const string Reason = "not-declared";

    public bool Is(string site, string topic) =>
        declarations.InForce(site) is { } inForce && inForce.Declaration.FindTopic(topic)?.Channels.Contains(Channel.Email) is not true;

    /// <summary>A topic of which marketing can be asked, of e-mail if there is one: another channel knows addresses, too. Null when none is declared.</summary>
    public string? Another(string site) => declarations.InForce(site)?.Declaration.Topics.SelectMany(ChannelTopic.Of)
        .OrderBy(on => on.Channel is not Channel.Email).Select(on => on.Id).FirstOrDefault();

    /// <summary>What marketing said of another topic, as far as it holds for this one: that the person as a whole must not be mailed.</summary>
    public static CheckedAddress Of(CheckedAddress another) =>
        another.Reason is "complained" or "bounced" or "erased" or CheckedAddress.Invalid ? another : another with { Permitted = false, Reason = Reason };

    /// <summary>
    /// Those who said no to such a topic; or, after all that they said of it, to the purpose that it had, or to everything, which is told as that, and as a "no"
    /// to each purpose that has topics now. None for any other topic.
    /// </summary>
    public IReadOnlyList<string> WhoSaidNo(string site, string topic, IReadOnlyList<string> subjects)
    {
        if (!Is(site, topic)) return [];
        var purpose = declarations.Of(site).Versions.Select(version => version.Declaration.FindTopic(topic)?.Purpose).LastOrDefault(id => id is not null);
        var all = declarations.InForce(site)!.Declaration.PurposesOfTopics();
        return [.. consent.ReadNewestOf(site, subjects).Receipts.Where(held => IsNo(held.Value, topic, purpose, all)).Select(held => held.Key)];
    }

    private static bool IsNo(Receipt held, string topic, string? purpose, IReadOnlyList<string> all)
    {
        var own = held.Purposes.GetValueOrDefault(topic);
        return own is { IsNo: true } || IsNoSince(Receipt.Everything) || (purpose is not null && IsNoSince(purpose)) || (all.Count > 0 && all.All(IsNoSince));

        bool IsNoSince(string id) => held.Purposes.GetValueOrDefault(id) is { IsNo: true } whole && whole.DecidedIn >= (own?.DecidedIn ?? 0);
    }
}
