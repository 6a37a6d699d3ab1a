using Consent.Contracts;

namespace Consent.Connectors;

/// <summary>
/// Carries to a mailing system what is in its queue: for each contact what holds at that moment, whatever asked for it. A fault of the contact is tried
/// again for three days, and then given up; a fault of the system holds the whole connector, and gives nothing up.
/// </summary>
internal sealed class CarryChanges(
    ConnectorStore store, ContactBook contacts, MailingSystems systems, WeighContacts weigh, ConnectorMetrics metrics, TimeProvider time, ILogger<CarryChanges> log)
{
    /// <summary>Requests under way to one mailing system.</summary>
    private const int AtOnce = 4;
    private const int InOneTurn = 40;

    /// <summary>Until marketing has heard of what this service has heard of.</summary>
    private static readonly TimeSpan Unsettled = TimeSpan.FromSeconds(10);
    private const int MostUnsettled = 6;

    /// <returns>Whether there was something.</returns>
    public async Task<bool> CarryDueAsync(Connector connector, CancellationToken cancel)
    {
        var due = contacts.Due(connector.Id, time.Now(), InOneTurn);
        foreach (var some in due.Chunk(AtOnce)) await Task.WhenAll(some.Select(work => CarryAsync(connector, work, cancel)));
        return due.Count > 0;
    }

    private async Task CarryAsync(Connector connector, WorkRow work, CancellationToken cancel)
    {
        try
        {
            var contact = contacts.IdOf(connector.Id, work.Contact) is { } id ? await systems.Of(connector).FindAsync(connector.Account!, id, cancel) : null;
            var weighed = contact is not null && await weigh.WeighAsync(connector, [contact], cancel) is [var only, ..] ? only : null;
            var written = weighed is null ? null : await WriteAsync(connector, weighed, cancel);
            if (written?.GivenUp is { } outcome) await FailAsync(connector, work, outcome, written.Status, written.Weighed, cancel);
            else await FinishAsync(connector, work, written?.Weighed, cancel);
        }
        catch (CallFailedException failed) when (failed.IsAboutOne)
        {
            await FailAsync(connector, work, failed.Outcome, failed.Status, null, cancel);
        }
    }

    /// <summary>Writes what is to be carried.</summary>
    private async Task<Written> WriteAsync(Connector connector, Weighed weighed, CancellationToken cancel)
    {
        List<string> writes = [.. weighed.Changes.Where(c => c.Value is Step.CarryIn or Step.CarryOut).Select(c => c.Key)];
        if (writes.Count > 0)
        {
            try
            {
                // What is taken off comes first: nothing is free for a moment that must not be.
                List<ListChange> changes =
                    [.. writes.Select(topic => new ListChange(connector.Account!.Lists[topic], weighed.Changes[topic] is Step.CarryIn)).OrderBy(change => change.IsIn)];
                await systems.Of(connector).PushAsync(connector.Account!, weighed.Contact.Id, changes, cancel);
                foreach (var change in changes) metrics.Carried(connector.Id, change.IsIn);
            }
            catch (CallFailedException failed) when (failed.IsForGood)
            {
                return new(After(connector, weighed, writes, isBlocked: true), failed.Outcome, failed.Status);
            }
            weighed = After(connector, weighed, writes, isBlocked: false);
        }
        List<string> blocked = [.. weighed.Changes.Where(c => c.Value is Step.Blocked).Select(c => c.Key)];
        return blocked.Count == 0 ? new(weighed) : new(After(connector, weighed, blocked, isBlocked: true), CallOutcome.StoppedThere);
    }

    private async Task FinishAsync(Connector connector, WorkRow work, Weighed? weighed, CancellationToken cancel)
    {
        var now = time.Now();
        // Of who was erased marketing is to know it, before he is forgotten here.
        var isUnsettled = weighed is not null && (weighed.IsUnsettled || (work.Forget && weighed.States.Values.Any(state => state.Carried is Here.Yes)));
        var again = isUnsettled && work.Attempts < MostUnsettled ? now + Unsettled : weighed?.CarryAt(now);
        // No earlier state of what was forgotten stays in the file.
        if (await contacts.DoneAsync(connector, work, weighed?.Learned(again), cancel)) store.EmptyWal();
    }

    /// <param name="givenUp">What is known when it is of no use to try again; null where it is tried again.</param>
    private async Task FailAsync(Connector connector, WorkRow work, string outcome, int? status, Weighed? givenUp, CancellationToken cancel)
    {
        if (await contacts.FailedAsync(connector, work, outcome, status, givenUp is not null, givenUp?.Learned(null), cancel))
            log.LogWarning("A change for a contact of the connector {Connector} was given up; its last outcome was {Outcome} {Status}.", connector.Id, outcome, status);
    }

    /// <summary>The same after the steps for these topics were taken, or cannot be.</summary>
    private Weighed After(Connector connector, Weighed weighed, List<string> topics, bool isBlocked)
    {
        var (states, changes) = (weighed.States.ToDictionary(StringComparer.Ordinal), weighed.Changes.ToDictionary(StringComparer.Ordinal));
        foreach (var topic in topics)
        {
            states[topic] = DecideTopic.After(isBlocked ? Step.Blocked : changes[topic], Here.Unknown, There.Unknown, states[topic], time.Now());
            // The contact as a whole was written, and what it says next is no news.
            if (connector.Account!.Lists[topic] == IMailingSystem.Whole && !isBlocked) states[TopicState.Whole] = states[topic];
            changes.Remove(topic);
        }
        return weighed with { States = states, Changes = changes };
    }

    /// <param name="GivenUp">Why it is of no use to try again; null when it was written.</param>
    private sealed record Written(Weighed Weighed, string? GivenUp = null, int? Status = null);
}
