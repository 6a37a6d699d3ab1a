using Consent.Contracts;

namespace Consent.Audit;

/// <summary>Tells what was heard as the story of one receipt. The same for the same events, in whatever order and however often they came.</summary>
public static class TraceStory
{
    /// <summary>Null when the receipt itself is not among <paramref name="heard"/>: acknowledgements alone tell nothing.</summary>
    /// <param name="id">Of the receipt, or of the event that led to it: see <see cref="ReceiptOf"/>.</param>
    /// <param name="heard">What is known of the receipt, of its cause and of its declaration; what concerns others is passed over.</param>
    public static Trace? Tell(string id, IReadOnlyCollection<Heard> heard)
    {
        ArgumentNullException.ThrowIfNull(heard);
        if (ReceiptOf(id, heard) is not (var heardAt, { } changed)) return null;

        var receipt = changed.Receipt;
        var (cause, causeSteps) = CauseOf(receipt.CausedBy, heard);
        var applied = AppliedTo(receipt.Id, heard, heardAt);
        return new Trace
        {
            Receipt = receipt,
            Declaration = ShownDeclarations.To(receipt, heard),
            DecidedAt = receipt.ClaimedAt,
            RecordedAt = receipt.RecordedAt,
            PublishedAt = changed.PublishedAt,
            HeardAt = heardAt,
            Cause = cause,
            Applied = applied,
            Story = InOrder([.. causeSteps, .. OwnSteps(receipt, changed.PublishedAt, applied, decidedElsewhere: causeSteps.Count > 0)]),
        };
    }

    /// <summary>The receipt of this id; else the first to which the event of this id led: later ones repeat what it decided. Without an event for none.</summary>
    internal static (DateTimeOffset At, ConsentChanged? Event) ReceiptOf(string id, IEnumerable<Heard> heard) => heard
        .Select(h => (h.At, Event: h.As<ConsentChanged>()))
        .Where(h => h.Event?.Receipt is { } receipt && (receipt.Id == id || receipt.CausedBy == id))
        .OrderBy(h => h.Event!.Receipt.Id == id ? 0 : 1).ThenBy(h => h.Event!.Receipt.Epoch).ThenBy(h => h.Event!.Receipt.Version).ThenBy(h => h.At)
        .FirstOrDefault();

    internal static List<Application> AppliedTo(string recordId, IEnumerable<Heard> heard, DateTimeOffset? heardAt)
    {
        var bySubscriber = new SortedDictionary<string, Application>(StringComparer.Ordinal);
        foreach (var e in heard.Select(h => h.As<ConsentApplied>()).OfType<ConsentApplied>().Where(e => e.RecordId == recordId))
        {
            if (!bySubscriber.TryGetValue(e.Subscriber, out var known) || e.AppliedAt < known.AppliedAt)
                bySubscriber[e.Subscriber] = new Application(e.Subscriber, e.AppliedAt);
        }
        // Audit's own word is its log: what stands there has been applied.
        if (heardAt is { } at) bySubscriber[AuditSetup.Service] = new Application(AuditSetup.Service, at);
        return [.. bySubscriber.Values.OrderBy(a => a.AppliedAt)];
    }

    private static (Cause? Cause, List<Ranked> Steps) CauseOf(string? eventId, IReadOnlyCollection<Heard> heard)
    {
        if (eventId is null) return (null, []);
        foreach (var h in heard.Where(h => h.EventId == eventId).OrderBy(h => h.At))
        {
            if (h.As<MarketingUnsubscribed>() is { } no)
            {
                var topics = no.Everything is true ? no.Topics.Append("whatever is declared later") : no.Topics;
                var opting = new Step(no.RecordedAt, "opted-out", "marketing-unsubscribe",
                    $"The person opted out of {string.Join(", ", topics)} ({no.Action}); suppressed from then on.");
                return (new Cause(no.Id, h.Kind, no.RecordedAt, no.PublishedAt), CauseSteps(eventId, opting, no.PublishedAt, h.At, heard));
            }
            if (h.As<MarketingUnsubscribeUndone>() is { } back)
            {
                var undoing = new Step(back.RecordedAt, "undid", "marketing-unsubscribe",
                    $"The person took back, on the same page, an opt-out of {string.Join(", ", back.Topics)} (event {back.Undoes}).");
                return (new Cause(back.Id, h.Kind, back.RecordedAt, back.PublishedAt), CauseSteps(eventId, undoing, back.PublishedAt, h.At, heard));
            }
            if (h.As<MarketingSubscribed>() is { } yes)
            {
                var opting = new Step(yes.RecordedAt, "opted-in", "marketing-unsubscribe",
                    $"The person opted in to {string.Join(", ", yes.Topics)} ({yes.Action}{HowKnown(yes)}).");
                return (new Cause(yes.Id, h.Kind, yes.RecordedAt, yes.PublishedAt), [.. ByMail(yes), .. CauseSteps(eventId, opting, yes.PublishedAt, h.At, heard)]);
            }
        }
        return (new Cause(eventId, null, null, null), []);
    }

    /// <summary>Who says so: the person himself by the mail that he was sent, or somebody in his place.</summary>
    private static string HowKnown(MarketingSubscribed yes) =>
        yes.StatedBy is { } client ? $", stated by {client}, not confirmed with us" : yes.ConfirmedAt is not null ? ", address confirmed" : "";

    /// <summary>Both steps of an opt-in that was confirmed out of the mailbox, by our clock; none where it was not asked for here.</summary>
    private static IEnumerable<Ranked> ByMail(MarketingSubscribed yes)
    {
        if (yes is not { RequestedAt: { } asked, ConfirmedAt: { } confirmed }) yield break;
        var mail = yes.MailHash is null ? "" : $" The text of the mail has the SHA-256 {yes.MailHash}.";
        yield return new Ranked(asked, -2, new Step(asked, "asked-to-confirm", "marketing-unsubscribe", $"It was asked for, for the owner of the address to confirm by mail.{mail}"));
        yield return new Ranked(confirmed, -1, new Step(confirmed, "confirmed", "subject", "The owner of the address confirmed it on the page behind the link of that mail."));
    }

    private static List<Ranked> CauseSteps(
        string eventId, Step opting, DateTimeOffset publishedAt, DateTimeOffset heardAt, IEnumerable<Heard> heard) =>
    [
        new(opting.At, 0, opting),
        new(publishedAt, 1, new Step(publishedAt, "cause-published", opting.By, $"{opting.By} told the other services.")),
        .. AppliedTo(eventId, heard, heardAt).Select(a =>
            new Ranked(a.AppliedAt, 2, new Step(a.AppliedAt, "cause-applied", a.Subscriber, $"{a.Subscriber} had applied it, by its own word."))),
    ];

    private static IEnumerable<Ranked> OwnSteps(
        Receipt receipt, DateTimeOffset publishedAt, IEnumerable<Application> applied, bool decidedElsewhere)
    {
        // The claimed time orders nothing: the claim stands right before the recording, whatever it says.
        if (receipt.ClaimedAt is { } claimed && !decidedElsewhere)
        {
            var shown = receipt.Declaration is null ? "" : $" on version {receipt.DeclarationVersion} of the declaration";
            yield return new Ranked(receipt.RecordedAt, 3, new Step(claimed, "decided", "subject",
                $"The person decided{shown} ({receipt.Action ?? "no action named"}, {receipt.Source ?? "no source named"}), by the caller's word."));
        }
        yield return new Ranked(receipt.RecordedAt, 4, new Step(receipt.RecordedAt, "recorded", "consent",
            $"consent recorded the receipt, version {receipt.Version} of its stream."));
        yield return new Ranked(publishedAt, 5, new Step(publishedAt, "published", "consent", "consent told the other services."));
        foreach (var a in applied)
            yield return new Ranked(a.AppliedAt, 6, new Step(a.AppliedAt, "applied", a.Subscriber, $"{a.Subscriber} had applied it, by its own word."));
    }

    private static IReadOnlyList<Step> InOrder(IEnumerable<Ranked> steps) =>
        [.. steps.OrderBy(s => s.At).ThenBy(s => s.Rank).Select(s => s.Step)];

    /// <summary>Equal times happen, at a millisecond's precision: the rank then tells which must have come first.</summary>
    private sealed record Ranked(DateTimeOffset At, int Rank, Step Step);
}
