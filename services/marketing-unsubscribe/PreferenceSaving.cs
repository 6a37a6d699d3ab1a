using Consent.Contracts;
using Consent.Storage;
using Consent.UnsubscribeLinks;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// Saves somebody's preferences. What he stops is stopped at once and for good, as an opt-out behind any link; what he adds is an opt-in in two steps, of
/// which the mail with the link was the first: it proved the address. It lifts what was said before that mail was asked for. What he stopped since then, he
/// saw to be stopped on the page that he saved: that moment counts in the place of the first step, so that a slip is put right without another mail.
/// </summary>
internal sealed class PreferenceSaving(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] IRecordLog records, OptOuts optOuts, OptIns optIns,
    PreferenceStates states, SamePersonNotes same, TimeProvider time)
{
    /// <summary>Of one person, since his mail was asked for: then nothing is started again that he stopped since, and no history grows without end.</summary>
    private const int MostRecords = 100;

    /// <returns>What he ticked anew: if it is not subscribed then, it could not be added.</returns>
    /// <param name="language">Of the declaration: in which the page showed its topics.</param>
    public async Task<IReadOnlyList<string>> SaveAsync(
        PublishedDeclaration inForce, PreferenceLink asked, PreferenceForm form, string language, CancellationToken cancel)
    {
        var link = new UnsubscribeLink(asked.Controller, asked.Site, MarketingRecord.Everything, asked.Address, Language: asked.Language);
        if (form.Objection)
        {
            await ObjectAsync(inForce, link, form.ShownAt, cancel);
            return [];
        }
        if (form.Everything)
        {
            await optOuts.HonourAllAsync(link, PreferenceDecisions.Action, cancel, isOfThePerson: true);
            return [];
        }

        foreach (var id in form.Was.Except(form.Ticked, StringComparer.Ordinal).Union(await UndoableAsync(inForce, asked, form, cancel), StringComparer.Ordinal))
            await optOuts.HonourAsync(link with { Topic = id }, PreferenceDecisions.Action, cancel, isOfThePerson: true);
        List<string> added = [.. form.Ticked.Except(form.Was, StringComparer.Ordinal)];
        if (CanAdd(inForce.Declaration) && form.Text == PreferenceForm.TextOf(inForce, language))
        {
            foreach (var topic in inForce.Declaration.Topics)
                foreach (var id in ChannelTopic.Of(topic).Select(on => on.Id).Where(added.Contains))
                    await AddAsync(inForce, asked, topic, id, form.ShownAt, language, cancel);
            // For this address alone: he said nothing of it, and elsewhere it may stand by his own word.
            foreach (var id in await OnInterestAsync(inForce, asked, form, cancel))
                await optOuts.HonourAsync(link with { Topic = id }, PreferenceDecisions.LeftUnticked, cancel);
        }
        await ChooseAsync(inForce.Declaration, asked, form, cancel);
        return added;
    }

    /// <summary>Nothing is started on a retired site; and on one for children only where the age is asked.</summary>
    public static bool CanAdd(Declaration declaration) => declaration is { Retired: false, Children: null };

    private async Task ObjectAsync(PublishedDeclaration inForce, UnsubscribeLink link, DateTimeOffset shownAt, CancellationToken cancel)
    {
        var own = await HomeAsync(inForce.Declaration, link.Address, cancel);
        var others = await same.OthersAsync(link.Site, addresses.RingOf(inForce.Declaration.Controller.Id).AddressIds(link.Address), cancel);
        // Once for each page, however often it is sent.
        foreach (var subject in others.Select(other => other.SubjectId).Prepend(own))
        {
            await log.AppendAsync(
                link.Site, subject, (newest, id) => PreferenceDecisions.Object(newest, link, subject, id, time.Now(), MarketingEvents.OfEverything(inForce.Declaration)), cancel,
                $"objection:{shownAt.ToUnixTimeMilliseconds()}");
        }
        await optOuts.HonourAllAsync(link, PreferenceDecisions.Objection, cancel, isOfThePerson: true);
    }

    /// <summary>What the page shows as stopped, and could still be taken back where it was pressed: whoever saves the page relies on it.</summary>
    private async Task<IReadOnlyList<string>> UndoableAsync(PublishedDeclaration inForce, PreferenceLink asked, PreferenceForm form, CancellationToken cancel)
    {
        var now = time.Now();
        var streams = await addresses.FindAsync(addresses.RingOf(asked.Controller), asked.Site, asked.Address, cancel);
        var declared = inForce.Declaration.Topics.SelectMany(ChannelTopic.Of).Select(on => on.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. streams.SelectMany(s => s.Newest?.Topics ?? new Dictionary<string, TopicEntry>()).Where(t => !t.Value.IsFinal(now)).Select(t => t.Key)
                .Where(id => id == MarketingRecord.Everything ? form.Ticked.Count == 0 : declared.Contains(id) && !form.Ticked.Contains(id)),
        ];
    }

    /// <summary>
    /// What he left unticked, and would be sent on a legitimate interest: before he subscribed to something else, nobody knew him, and the page showed that he is
    /// not sent it.
    /// </summary>
    private async Task<IReadOnlyList<string>> OnInterestAsync(PublishedDeclaration inForce, PreferenceLink asked, PreferenceForm form, CancellationToken cancel)
    {
        var state = await states.ReadAsync(inForce, asked.Address, cancel);
        return [.. state.Decisions.Where(d => d.Value is { Permitted: true, Reason: "legitimate-interest" } && !form.Ticked.Contains(d.Key)).Select(d => d.Key)];
    }

    private async Task AddAsync(
        PublishedDeclaration inForce, PreferenceLink asked, Topic topic, string id, DateTimeOffset shownAt, string language, CancellationToken cancel)
    {
        var isStoppedSince = await optIns.StateAsync(inForce, asked.Address, id, asked.RequestedAt, cancel) is ConfirmState.Overtaken;
        var proof = OptInProof.On(inForce, topic, language, PreferenceDecisions.Action, time.Now()) with
        {
            RequestedAt = isStoppedSince && await MayStartAgainAsync(inForce, asked, cancel) ? shownAt : asked.RequestedAt,
            MailHash = asked.MailHash,
        };
        await optIns.RecordAsync(inForce, asked.Address, id, proof, cancel);
    }

    private async Task<bool> MayStartAgainAsync(PublishedDeclaration inForce, PreferenceLink asked, CancellationToken cancel)
    {
        var subject = await HomeAsync(inForce.Declaration, asked.Address, cancel);
        var history = await records.HistoryAsync(MarketingRecord.Stream(asked.Site, subject), cancel);
        return history.Count(record => record.RecordedAt >= asked.RequestedAt) < MostRecords;
    }

    /// <summary>Of a topic that is sent nowhere, it is nobody's business how often.</summary>
    private async Task ChooseAsync(Declaration declaration, PreferenceLink asked, PreferenceForm form, CancellationToken cancel)
    {
        foreach (var topic in declaration.Topics.Where(t => ChannelTopic.Of(t).Any(on => form.Ticked.Contains(on.Id))))
        {
            if (!form.Frequencies.TryGetValue(topic.Id, out var chosen) || !(chosen.Length == 0 || topic.Frequencies?.Any(f => f.Id == chosen) is true)) continue;
            var subject = await HomeAsync(declaration, asked.Address, cancel);
            await log.AppendAsync(
                asked.Site, subject,
                (newest, _) => PreferenceDecisions.Choose(newest, asked.Site, subject, topic.Id, chosen.Length == 0 ? null : chosen, asked.Language, time.Now()), cancel);
        }
    }

    private Task<string> HomeAsync(Declaration declaration, string address, CancellationToken cancel) =>
        addresses.HomeAsync(addresses.RingOf(declaration.Controller.Id), declaration.Site, address, cancel);
}
