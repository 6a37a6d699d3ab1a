using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What becomes of the address in a link: where it stands, and its opt-outs. A site may have been handed to another controller since: the
/// opt-out then holds under the key of either, because the others know the address under the one that it was known by.
/// </summary>
public sealed class OptOuts(
    [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IDeclarations declarations, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent,
    AddressStreams addresses, MarketingLog log, SamePersonNotes same, TimeProvider time)
{
    /// <summary>Completes when the address is suppressed for the link's topic, now or before. Never refused.</summary>
    /// <param name="more">Other topics; those that are not declared are passed over.</param>
    /// <param name="press">Of the page; null elsewhere.</param>
    /// <param name="isOfThePerson">It holds for all that is known to be his: see <see cref="SamePerson"/>. One click, and a report, are about their address alone.</param>
    /// <returns>Whether the press can be taken back.</returns>
    public Task<bool> HonourAsync(
        UnsubscribeLink link, string action, CancellationToken cancel, IReadOnlyCollection<string>? more = null, PagePress? press = null, bool isOfThePerson = false)
    {
        ArgumentNullException.ThrowIfNull(link);
        return SuppressAsync(link, action, more is { Count: > 0 } ? Declared(link).Where(more.Contains) : [], press, null, isOfThePerson, cancel);
    }

    /// <summary>Everything that is declared now, and what is still to come.</summary>
    /// <param name="isOfThePerson">See <see cref="HonourAsync"/>.</param>
    public Task<bool> HonourAllAsync(UnsubscribeLink link, string action, CancellationToken cancel, PagePress? press = null, bool isOfThePerson = false)
    {
        ArgumentNullException.ThrowIfNull(link);
        return SuppressAsync(link, action, Declared(link).Append(MarketingRecord.Everything), press, null, isOfThePerson, cancel);
    }

    /// <summary>The person told his mail provider that the mail was unwanted: everything stops, for this reason.</summary>
    public Task ComplainAsync(UnsubscribeLink link, CancellationToken cancel, string action = "complaint")
    {
        ArgumentNullException.ThrowIfNull(link);
        return SuppressAsync(link, action, Declared(link).Append(MarketingRecord.Everything), null, TopicEntry.Complained, isOfThePerson: false, cancel);
    }

    /// <summary>Mail came back: see <see cref="BounceDecision.Bounce"/>.</summary>
    public async Task BounceAsync(UnsubscribeLink link, DeliveryReport report, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(report);
        var (status, key) = (report.Status ?? "unknown", BounceDecision.KeyOf(report, time.Now()));
        foreach (var ring in RingsOf(link))
        {
            var subject = await addresses.HomeAsync(ring, link.Site, link.Address, cancel);
            await log.AppendAsync(
                link.Site, subject, (newest, id) => BounceDecision.Bounce(newest, link, subject, report.Hard, status, id, time.Now(), report.Unclear), cancel, key);
        }
    }

    /// <summary>
    /// Takes back what was stopped with the press, wherever that still stands; false when there was nothing, or it is too late. What else is known to be the
    /// person's goes with it, and first: what was broken off is done to its end when it is pressed again.
    /// </summary>
    public async Task<bool> UndoAsync(UnsubscribeLink link, PagePress press, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        ArgumentNullException.ThrowIfNull(press);
        var isDone = false;
        foreach (var ring in RingsOf(link))
        {
            var streams = await addresses.FindAsync(ring, link.Site, link.Address, cancel);
            var undoable = streams.SelectMany(s => (s.Newest?.Topics ?? new Dictionary<string, TopicEntry>()).Where(t => press.CanUndo(t.Value, time.Now()))
                .Select(t => (s.SubjectId, Topic: t.Key))).ToList();
            if (undoable.Count == 0) continue;
            foreach (var other in await same.OthersAsync(link.Site, streams.Select(s => s.SubjectId), cancel))
                foreach (var topic in undoable.Select(u => u.Topic).Distinct(StringComparer.Ordinal)) await TakeBackAsync(other.SubjectId, topic);
            foreach (var (subject, topic) in undoable) isDone |= await TakeBackAsync(subject, topic);
        }
        return isDone;

        async Task<bool> TakeBackAsync(string subject, string topic) =>
            await log.AppendAsync(link.Site, subject, (newest, _) => OptOutDecisions.Undo(newest, topic, press, link.Language, time.Now()), cancel) is not null;
    }

    /// <summary>
    /// How the address is suppressed for the link's topic, by the person's own word: to be told that mail came back is no answer to somebody who wants to
    /// opt out. Null when it is not.
    /// </summary>
    public async Task<Suppression?> SuppressionAsync(UnsubscribeLink link, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(link);
        Suppression? found = null;
        foreach (var ring in RingsOf(link))
        {
            foreach (var stream in await addresses.FindAsync(ring, link.Site, link.Address, cancel))
            {
                if (stream.Entry(link.Topic) is not { Status: TopicStatus.Suppressed, Cause: not TopicEntry.Bounced } entry) continue;
                found = new Suppression(IsFinal: found?.IsFinal is true || entry.IsFinal(time.Now()));
            }
        }
        return found;
    }

    private async Task<bool> SuppressAsync(
        UnsubscribeLink link, string action, IEnumerable<string> more, PagePress? press, string? cause, bool isOfThePerson, CancellationToken cancel)
    {
        if (action == UnsubscribeTokens.RevokedLink) MarketingMetrics.OptedOutByRevokedLink(link.Site);
        var canUndo = false;
        List<string> topics = [.. more.Prepend(link.Topic).Distinct(StringComparer.Ordinal)];
        foreach (var ring in RingsOf(link))
        {
            // One person's opt-out counts once for its mailing.
            var stopped = link;
            foreach (var subject in await IdsToStopAsync(ring, link, topics, cancel))
            {
                foreach (var topic in topics)
                {
                    var stops = stopped with { Topic = topic };
                    await log.AppendAsync(link.Site, subject, (newest, id) =>
                    {
                        var next = OptOutDecisions.OptOut(newest, stops, subject, action, id, time.Now(), press, cause, PurposesOf(link));
                        canUndo |= press?.CanUndo((next ?? newest)?.Topics.GetValueOrDefault(topic), time.Now()) is true;
                        return next;
                    }, cancel);
                }
                stopped = link with { Campaign = null };
            }
            if (isOfThePerson) await SuppressOthersAsync(link, ring, topics, action, canUndo ? press : null, cancel);
        }
        return canUndo;
    }

    /// <summary>The same under whatever else the person is known by, which the page does not tell: what it offers to take back is what holds for its own address.</summary>
    private async Task SuppressOthersAsync(UnsubscribeLink link, KeyRing ring, List<string> topics, string action, PagePress? press, CancellationToken cancel)
    {
        foreach (var other in await same.OthersAsync(link.Site, ring.AddressIds(link.Address), cancel))
        {
            foreach (var topic in topics.Where(other.IsReachedBy))
            {
                // One person's opt-out counts once for its mailing.
                var stopped = link with { Topic = topic, Campaign = null };
                await log.AppendAsync(
                    link.Site, other.SubjectId,
                    (newest, id) => OptOutDecisions.OptOut(newest, stopped, other.SubjectId, action, id, time.Now(), press, purposes: PurposesOf(link)), cancel);
            }
        }
    }

    /// <summary>See <see cref="IdsToStop"/>. Until the receipts of the site were loaded, any id may be the one by which the others know a "yes".</summary>
    private async Task<IReadOnlyList<string>> IdsToStopAsync(KeyRing ring, UnsubscribeLink link, List<string> topics, CancellationToken cancel)
    {
        if (ring.Count == 1) return [ring.AddressId(link.Address)];
        var streams = await addresses.FindAsync(ring, link.Site, link.Address, cancel);
        var inForce = declarations.InForce(link.Site)?.Declaration;
        try
        {
            var isLoaded = consent.IsLoadedFor(link.Site);
            var (held, unreadable) = consent.ReadNewestOf(link.Site, streams.Select(s => s.SubjectId));
            return IdsToStop.Of(streams, held, id => !isLoaded || unreadable.Contains(id), inForce, topics);
        }
        catch (Exception) when (!cancel.IsCancellationRequested)
        {
            // Where receipts lie is away. A "no" waits for nothing: it is recorded under every id.
            return IdsToStop.Of(streams, new Dictionary<string, Receipt>(StringComparer.Ordinal), _ => true, inForce, topics);
        }
    }

    /// <summary>Each topic on each of its channels.</summary>
    private IEnumerable<string> Declared(UnsubscribeLink link) => TopicOnChannel.AllOf(declarations.InForce(link.Site)?.Declaration).Select(topic => topic.Id);

    private IReadOnlyList<string> PurposesOf(UnsubscribeLink link) => MarketingEvents.OfEverything(declarations.InForce(link.Site)?.Declaration);

    private IEnumerable<KeyRing> RingsOf(UnsubscribeLink link) =>
        new[] { declarations.InForce(link.Site)?.Declaration.Controller.Id ?? link.Controller, link.Controller }.Distinct(StringComparer.Ordinal).Select(addresses.RingOf);
}

/// <param name="IsFinal">It cannot be taken back any more.</param>
public sealed record Suppression(bool IsFinal);
