using Consent.Contracts;
using Consent.Subscriber;

namespace Consent.Connectors;

/// <param name="Changes">What is to be written there, by topic.</param>
/// <param name="IsUnsettled">Marketing may not have heard yet of what this service has heard of: ask again soon.</param>
internal sealed record Weighed(
    MailContact Contact, IReadOnlyList<string> Subjects, IReadOnlyDictionary<string, TopicState> States, IReadOnlyDictionary<string, Step> Changes, bool IsUnsettled)
{
    /// <summary>When it is to be looked at for something to carry; null for nothing.</summary>
    public DateTimeOffset? CarryAt(DateTimeOffset now) =>
        Changes.Count == 0 ? null : Changes.Min(change => change.Value is Step.LookAgain && States[change.Key].WrittenAt + DecideTopic.Settles is { } settled && settled > now ? settled : now);

    public LearnedContact Learned(DateTimeOffset? carryAt) => new(Contact.Id, Subjects, States, carryAt);
}

/// <summary>
/// Compares contacts with what holds here: asks marketing about their addresses, brings here what was opted out there, and tells what is to be carried
/// there. A "no" that this service itself has heard from the consent service counts at once, whatever marketing has heard so far.
/// </summary>
internal sealed class WeighContacts(
    AskMarketing marketing, DeclaredNoMore gone, ContactBook contacts, MailingSystems systems, [FromKeyedServices(ConnectorsSetup.Service)] SubscriberState consent,
    ConnectorMetrics metrics, TimeProvider time)
{
    /// <summary>Reasons that a grant in the consent service takes away, once marketing has heard of it.</summary>
    private static readonly HashSet<string> MayBeLate = new(["refused", "withdrawn", "objected", "expired", "no-basis", "unproven"], StringComparer.Ordinal);

    /// <summary>The clock of an installation of the controller's own is wrong by less.</summary>
    public static readonly TimeSpan ClocksApart = TimeSpan.FromHours(1);

    /// <param name="Seen">What was seen there last: not yet this; null at the first look.</param>
    private sealed record News(MailContact Contact, string? Topic, string? Cause, DateTimeOffset? At, There? Seen);

    /// <summary>What has no address in marketing's eyes is left out.</summary>
    public async Task<IReadOnlyList<Weighed>> WeighAsync(Connector connector, IReadOnlyList<MailContact> found, CancellationToken cancel)
    {
        if (found.Count == 0) return [];
        var account = connector.Account!;
        var answers = new Dictionary<string, IReadOnlyList<CheckedAddress>?>(StringComparer.Ordinal);
        foreach (var topic in account.Lists.Keys)
            answers[topic] = await marketing.CheckAsync(connector.Site, topic, [.. found.Select(c => c.Address)], cancel);
        var known = contacts.Find(connector.Id, [.. found.Select(c => c.Id)]);
        var own = OwnOf(connector.Site, answers, [.. known.Values.SelectMany(k => k.Subjects)]);

        var now = time.Now();
        var (weighed, news) = (new List<Weighed>(), new List<News>());
        for (var i = 0; i < found.Count; i++)
        {
            var before = known.GetValueOrDefault(found[i].Id) ?? KnownContact.Unknown;
            if (SubjectsOf([.. answers.Values.Select(a => a?[i])], before) is not { Count: > 0 } subjects) continue;
            weighed.Add(Weigh(connector, found[i], subjects, before.States, topic => answers[topic]?[i], own, news, now));
        }

        return await BringAsync(connector, weighed, news, cancel);
    }

    private static Weighed Weigh(
        Connector connector, MailContact contact, IReadOnlyList<string> subjects, IReadOnlyDictionary<string, TopicState> before, Func<string, CheckedAddress?> answerOf,
        Dictionary<(string Topic, string Subject), string> own, List<News> news, DateTimeOffset now)
    {
        var (states, changes, isUnsettled) = (new Dictionary<string, TopicState>(StringComparer.Ordinal), new Dictionary<string, Step>(StringComparer.Ordinal), false);
        var whole = before.GetValueOrDefault(TopicState.Whole) ?? new TopicState();
        // Whoever has no basis for the topic that goes by the contact as a whole may have been stopped from here.
        var basis = contact.Stopped is { Cause: null } && connector.Account!.TopicOf(IMailingSystem.Whole) is { } all && answerOf(all)?.Here is Here.Nothing
            ? Here.Nothing : Here.Unknown;
        var wholeStep = DecideTopic.Of(basis, new ListStanding(contact.Stopped is null ? There.In : There.Out), whole, connector.Row.StopsWithoutBasis, now);
        var isStopped = wholeStep is Step.BringHere;
        if (isStopped) news.Add(new(contact, null, contact.Stopped!.Cause, contact.Stopped.At, whole.Seen));
        states[TopicState.Whole] = DecideTopic.WholeAfter(contact.Stopped is not null, isStopped, whole, now);
        var holds = new Dictionary<string, Here>(StringComparer.Ordinal);
        foreach (var (topic, list) in connector.Account!.Lists)
        {
            if (!contact.Lists.TryGetValue(list, out var there)) continue;
            var (answer, state) = (answerOf(topic), before.GetValueOrDefault(topic) ?? new TopicState());
            string[] heard = [.. subjects.Select(subject => own.GetValueOrDefault((topic, subject), "")).Where(reason => reason.Length > 0)];
            var here = holds[topic] = heard.Any(IsNo) ? Here.No : answer?.Here ?? Here.Unknown;
            if (there.IsFixed && wholeStep is Step.LookAgain or Step.Unsure) continue;
            // A stop that is known, or that this service wrote for another topic, is nobody's word on this one.
            if (contact.Stopped is not null && !isStopped && there.IsFixed) state = state with { Seen = There.Out };
            isUnsettled |= answer is null || (heard.Contains("given", StringComparer.Ordinal) && !heard.Any(IsNo) && MayBeLate.Contains(answer.Reason));
            // What stopped the contact as a whole is brought here for everything.
            var step = isStopped ? Step.None : DecideTopic.Of(here, there, state, connector.Row.StopsWithoutBasis, now);
            if (step is Step.BringHere) news.Add(new(contact, topic, null, there.At, state.Seen));
            if (step is Step.CarryIn or Step.CarryOut or Step.Blocked or Step.LookAgain) changes[topic] = step;
            // Known only once it is written there.
            states[topic] = step is Step.None or Step.BringHere ? DecideTopic.After(isStopped ? Step.BringHere : step, here, there.There, state, now) : state;
        }
        if (connector.Account.TopicOf(IMailingSystem.Whole) is { } ended && changes.GetValueOrDefault(ended) is Step.CarryIn)
            isUnsettled |= !EndStop.Complete(changes, ended, holds, before, connector.Row.StopsWithoutBasis);
        return new(contact, subjects, states, changes, isUnsettled);
    }

    /// <summary>Opt-outs that were made there become opt-outs here; only then are they known as such.</summary>
    private async Task<IReadOnlyList<Weighed>> BringAsync(Connector connector, List<Weighed> weighed, List<News> news, CancellationToken cancel)
    {
        var confirmed = new List<News>();
        foreach (var same in news.GroupBy(n => (n.Topic, n.Cause)))
        {
            var all = same.ToList();
            var outcomes = await marketing.OptOutAsync(
                connector.Site, same.Key.Topic, same.Key.Cause, connector.Source, [.. all.Select(n => new OptOutHere(n.Contact.Address, SaidAt(connector, n)))], cancel);
            confirmed.AddRange(all.Where((_, i) => outcomes[i] == AskMarketing.ConfirmedSince));
            metrics.Brought(connector.Id, all.Count);
        }
        return confirmed.Count == 0 ? weighed : [.. weighed.Select(w => Confirmed(w, [.. confirmed.Where(n => ReferenceEquals(n.Contact, w.Contact))]))];
    }

    /// <summary>
    /// The moment that marketing is to compare with what was confirmed here. The system's clock alone does not make an opt-in of a "no": it was said after the
    /// last look, at which it was not so yet, and in an installation of somebody's own as late as its clock may be wrong.
    /// </summary>
    private DateTimeOffset? SaidAt(Connector connector, News news)
    {
        var now = time.Now();
        if (news.At is not { } told || told >= now) return null;
        var latest = systems.Of(connector).IsHosted ? told : told + ClocksApart;
        var looked = news.Seen is not null && connector.Row.Since is { } since ? DateTimeOffset.FromUnixTimeMilliseconds(since) + WalkContacts.Overlap : latest;
        return looked > latest ? looked : latest;
    }

    /// <summary>The person confirmed here after he had opted out there: that holds, and is carried there at the next look.</summary>
    private static Weighed Confirmed(Weighed weighed, List<News> confirmed)
    {
        if (confirmed.Count == 0) return weighed;
        var topics = weighed.States.Keys.Where(topic => topic != TopicState.Whole && confirmed.Exists(n => n.Topic is null || n.Topic == topic)).ToList();
        var (states, changes) = (weighed.States.ToDictionary(StringComparer.Ordinal), weighed.Changes.ToDictionary(StringComparer.Ordinal));
        foreach (var topic in topics)
        {
            states[topic] = new TopicState(null, There.Out, states[topic].WrittenAt);
            changes[topic] = Step.LookAgain;
        }
        return weighed with { States = states, Changes = changes };
    }

    /// <summary>Whose the address is; where marketing can be asked of no topic, as it was at the last look.</summary>
    private static IReadOnlyList<string>? SubjectsOf(IReadOnlyList<CheckedAddress?> answers, KnownContact before) =>
        answers.Select(a => a?.Subjects).FirstOrDefault(s => s is { Count: > 0 }) ?? (answers.All(a => a is null or { Reason: DeclaredNoMore.Reason }) ? before.Subjects : null);

    /// <summary>What this service has heard of the subjects itself, where that is a grant or a "no".</summary>
    /// <param name="known">Those of the last look.</param>
    private Dictionary<(string Topic, string Subject), string> OwnOf(string site, Dictionary<string, IReadOnlyList<CheckedAddress>?> answers, IReadOnlyList<string> known)
    {
        var own = new Dictionary<(string Topic, string Subject), string>();
        foreach (var (topic, answer) in answers)
        {
            var subjects = (answer ?? []).SelectMany(a => a.Subjects ?? []).Concat(known).Distinct(StringComparer.Ordinal).ToList();
            foreach (var subject in gone.WhoSaidNo(site, topic, subjects)) own[(topic, subject)] = "withdrawn";
            if (!consent.IsLoadedFor(site)) continue;
            foreach (var (subject, (_, reason)) in subjects.Zip(consent.ArePermitted(site, subjects, topic)))
                if (reason == "given" || IsNo(reason)) own[(topic, subject)] = reason;
        }
        return own;
    }

    private static bool IsNo(string reason) => reason is "refused" or "withdrawn" or "objected";
}
