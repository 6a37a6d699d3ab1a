using System.Text.Json;

namespace Consent.Contracts;

/// <summary>
/// The id under which a topic on one channel is decided: of e-mail the topic's own, of another channel <c>{topic}/{channel}</c>, such as
/// <c>news/sms</c>. A declared id has no slash.
/// </summary>
public readonly record struct ChannelTopic(string Topic, Channel Channel)
{
    public string Id => Channel is Channel.Email ? Topic : $"{Topic}/{NameOf(Channel)}";

    /// <summary>As in a declaration, such as <c>sms</c>.</summary>
    public static string NameOf(Channel channel) => JsonNamingPolicy.KebabCaseLower.ConvertName(channel.ToString());

    /// <summary>Null for what names no channel that there is, and for e-mail under a channel's name: each has one spelling.</summary>
    public static ChannelTopic? Read(string? id)
    {
        if (string.IsNullOrEmpty(id)) return null;
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return new ChannelTopic(id, Channel.Email);
        foreach (var channel in (Channel[])[Channel.Sms, Channel.Phone, Channel.Post])
        {
            var read = new ChannelTopic(id[..slash], channel);
            if (read.Id == id) return read;
        }
        return null;
    }

    /// <summary>The id of each channel of a topic, in the order of the declaration.</summary>
    public static IEnumerable<ChannelTopic> Of(Topic topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        return topic.Channels.Select(channel => new ChannelTopic(topic.Id, channel));
    }
}
