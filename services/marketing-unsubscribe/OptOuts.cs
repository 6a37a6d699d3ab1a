using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>What becomes of the address in a link: where it stands, its opt-outs, and their undoing.</summary>
public sealed class OptOuts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, AddressStreams addresses, MarketingLog log, TimeProvider time)
{
    /// <summary>Completes when the address is suppressed for these topics, now or before. Never refused.</summary>
    /// <param name="topics">The link's own unless given; <see cref="MarketingRecord.Everything"/> among them for all that are still to come.</param>
    /// <returns>What takes back just that; null when nothing changed.</returns>
    public async Task<UndoTicket?> HonourAsync(UnsubscribeLink link, string action, CancellationToken cancel, IReadOnlyCollection<string>? topics = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        var subject = await addresses.HomeAsync(RingOf(link), link.Site, link.Address, cancel);
        (long From, long To)? changed = null;
        foreach (var topic in topics ?? [link.Topic])
        {
            var appended = await log.AppendAsync(
                link.Site, subject, newest => MarketingDecisions.OptOut(newest, link with { Topic = topic }, subject, action, time.Now()), cancel);
            if (appended is var (_, version)) changed = (changed?.From ?? version - 1, version);
        }
        return changed is var (from, to) ? new UndoTicket(subject, from, to, time.Now() + UndoTicket.Lifetime) : null;
    }

    /// <summary>The link's topic and others, as far as they are declared.</summary>
    public Task<UndoTicket?> HonourMoreAsync(UnsubscribeLink link, string action, IReadOnlyCollection<string> more, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        var declared = declarations.InForce(link.Site)?.Declaration.Topics.Select(t => t.Id).Where(more.Contains) ?? [];
        return HonourAsync(link, action, cancel, [.. declared.Prepend(link.Topic).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Everything that is declared now, and what is still to come.</summary>
    public Task<UndoTicket?> HonourAllAsync(UnsubscribeLink link, string action, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        var declared = declarations.InForce(link.Site)?.Declaration.Topics.Select(t => t.Id) ?? [];
        return HonourAsync(link, action, cancel, [.. declared.Prepend(link.Topic).Distinct(StringComparer.Ordinal), MarketingRecord.Everything]);
    }

    /// <summary>Takes back what the ticket is for. False when something came after it: then nothing changes.</summary>
    public async Task<bool> UndoAsync(UnsubscribeLink link, UndoTicket ticket, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(ticket);
        var history = await log.HistoryAsync(link.Site, ticket.SubjectId, cancel);
        if (history.Count == 0 || history[^1].Version != ticket.To) return false;
        var before = history.LastOrDefault(r => r.Version <= ticket.From).Record?.Topics;
        foreach (var (undone, _) in history.Where(r => r.Version > ticket.From && r.Record.Kind == MarketingRecord.Unsubscribed))
            await log.AppendAsync(link.Site, ticket.SubjectId, newest => MarketingDecisions.Undo(newest, undone, before?.GetValueOrDefault(undone.Topic), time.Now()), cancel);
        return true;
    }

    public async Task<bool> IsSuppressedAsync(UnsubscribeLink link, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        var streams = await addresses.FindAsync(RingOf(link), link.Site, link.Address, cancel);
        return streams.Any(s => s.Entry(link.Topic) is { Status: TopicStatus.Suppressed });
    }

    /// <summary>The site's controller may have changed since; when the site is no longer declared, the link says which it was.</summary>
    private KeyRing RingOf(UnsubscribeLink link) => addresses.RingOf(declarations.InForce(link.Site)?.Declaration.Controller.Id ?? link.Controller);
}
