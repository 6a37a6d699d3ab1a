using Consent.Contracts;

namespace Consent.MarketingUnsubscribe;

/// <summary>A topic on one of the channels that it has in a declaration.</summary>
/// <param name="Id">Under which it is decided: see <see cref="ChannelTopic"/>.</param>
public sealed record TopicOnChannel(string Id, Channel Channel, Topic Declared)
{
    /// <summary>As people are told of it: its own id, and where the topic has more channels than e-mail, a name that says by which.</summary>
    public Topic Told => Declared with { Id = Id, Name = Declared.Channels is [Channel.Email] ? Declared.Name : NameWithChannel() };

    /// <summary>Null where the declaration has no such topic, or the topic no such channel.</summary>
    /// <param name="channel">Its name; null for that of the id, which is e-mail unless it says another.</param>
    public static TopicOnChannel? Find(Declaration declaration, string? topic, string? channel)
    {
        ArgumentNullException.ThrowIfNull(declaration);
        var isMail = channel == ChannelTopic.NameOf(Channel.Email);
        if (ChannelTopic.Read(channel is null || isMail ? topic : $"{topic}/{channel}") is not { } on || (isMail && on.Channel is not Channel.Email)) return null;
        return declaration.FindTopic(on.Topic) is { } declared && declared.Channels.Contains(on.Channel) ? new TopicOnChannel(on.Id, on.Channel, declared) : null;
    }

    /// <summary>Every topic of the declaration on each of its channels.</summary>
    public static IEnumerable<TopicOnChannel> AllOf(Declaration? declaration) =>
        (declaration?.Topics ?? []).SelectMany(topic => ChannelTopic.Of(topic).Select(on => new TopicOnChannel(on.Id, on.Channel, topic)));

    /// <summary>Each in words of its own language.</summary>
    private Texts NameWithChannel()
    {
        var names = new Texts();
        foreach (var (language, name) in Declared.Name) names[language] = $"{name}, {PageWords.In(PageLanguage.Choose(language, null, null, null)).By(Channel)}";
        return names;
    }
}
