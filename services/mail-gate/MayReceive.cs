using Consent.Contracts;

namespace Consent.MailGate;

/// <summary>Whether a stream may send to addresses.</summary>
public sealed class MayReceive(AskMarketing marketing)
{
    /// <summary>Throws <see cref="MarketingAwayException"/> when it cannot be known now. A transactional stream may send to everybody, and nobody is asked.</summary>
    /// <returns>For each address, in order, why it may not be sent this; null where it may.</returns>
    public async Task<IReadOnlyList<string?>> WhyNotAsync(SendingStream stream, IReadOnlyList<string> addresses, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(addresses);
        var reasons = new string?[addresses.Count];
        if (stream.Class is MailClass.Transactional) return reasons;
        // A site without topics has nothing that anybody could have opted in to.
        if (stream.Topics.Count == 0) Array.Fill(reasons, "no-topic");
        foreach (var topic in stream.Topics)
        {
            var told = await marketing.WhyNotAsync(stream.Site, topic, addresses, cancel);
            for (var i = 0; i < reasons.Length; i++) reasons[i] ??= told[i];
        }

        return reasons;
    }
}
