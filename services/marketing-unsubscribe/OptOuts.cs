using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What becomes of the address in a link: where it stands, and its opt-outs. A site may have been handed to another controller since: the
/// opt-out then holds under the key of either, because the others know the address under the one that it was known by.
/// </summary>
public sealed class OptOuts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, AddressStreams addresses, MarketingLog log, TimeProvider time)
{
    /// <summary>Completes when the address is suppressed for the link's topic, now or before. Never refused.</summary>
    /// <param name="more">Other topics; those that are not declared are passed over.</param>
    public Task HonourAsync(UnsubscribeLink link, string action, CancellationToken cancel, IReadOnlyCollection<string>? more = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        return SuppressAsync(link, action, more is { Count: > 0 } ? Declared(link).Where(more.Contains) : [], cancel);
    }

    /// <summary>Everything that is declared now, and what is still to come.</summary>
    public Task HonourAllAsync(UnsubscribeLink link, string action, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        return SuppressAsync(link, action, Declared(link).Append(MarketingRecord.Everything), cancel);
    }

    public async Task<bool> IsSuppressedAsync(UnsubscribeLink link, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        foreach (var ring in RingsOf(link))
        {
            var streams = await addresses.FindAsync(ring, link.Site, link.Address, cancel);
            if (streams.Any(s => s.Entry(link.Topic) is { Status: TopicStatus.Suppressed })) return true;
        }
        return false;
    }

    private async Task SuppressAsync(UnsubscribeLink link, string action, IEnumerable<string> more, CancellationToken cancel)
    {
        List<string> topics = [.. more.Prepend(link.Topic).Distinct(StringComparer.Ordinal)];
        foreach (var ring in RingsOf(link))
        {
            var subject = await addresses.HomeAsync(ring, link.Site, link.Address, cancel);
            foreach (var topic in topics)
                await log.AppendAsync(link.Site, subject, newest => MarketingDecisions.OptOut(newest, link with { Topic = topic }, subject, action, time.Now()), cancel);
        }
    }

    private IEnumerable<string> Declared(UnsubscribeLink link) => declarations.InForce(link.Site)?.Declaration.Topics.Select(t => t.Id) ?? [];

    private IEnumerable<KeyRing> RingsOf(UnsubscribeLink link) =>
        new[] { declarations.InForce(link.Site)?.Declaration.Controller.Id ?? link.Controller, link.Controller }.Distinct(StringComparer.Ordinal).Select(addresses.RingOf);
}
