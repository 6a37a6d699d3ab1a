using Consent.Contracts;

namespace Consent.Audit.Pages;

/// <summary>How far the newest receipts of a site have come at one subscriber, by its own word and clock.</summary>
/// <param name="Since">When it first announced itself; what was recorded before is not owed to it.</param>
/// <param name="Owed">Receipts that it is to apply.</param>
/// <param name="Open">How many of these it has not applied, nor a newer one of the same person.</param>
/// <param name="Half">From the recording: half of what it applied took no longer; null where there is nothing.</param>
/// <param name="IsRetired">An operator closed its deliveries.</param>
internal sealed record SubscriberReach(string Name, DateTimeOffset Since, int Owed, int Open, TimeSpan? Half, TimeSpan? Slowest, bool IsRetired)
{
    /// <summary>All that were ever announced and are concerned by the site, in the order of their names. Pure.</summary>
    /// <param name="receipts">Of the site; of a person the newer ones too.</param>
    public static IReadOnlyList<SubscriberReach> Of(string site, DeclarationHistory declarations, IEnumerable<KnownSubscriber> subscribers, IReadOnlyCollection<HeardReceipt> receipts)
    {
        var persons = receipts.Select(r => (r.Changed.Receipt, Applied: TraceStory.AppliedTo(r.Changed.Id, r.Heard, r.HeardAt)))
            .GroupBy(r => r.Receipt.SubjectId, StringComparer.Ordinal).Select(g => g.OrderBy(r => r.Receipt.Epoch).ThenBy(r => r.Receipt.Version).ToList()).ToList();
        return
        [
            .. subscribers.Where(s => s.Kinds.Contains(ConsentChanged.Kind, StringComparer.Ordinal) && (s.Site is null || s.Site == site)).Select(OfOne).OrderBy(s => s.Name, StringComparer.Ordinal),
        ];

        SubscriberReach OfOne(KnownSubscriber subscriber)
        {
            var (owed, took) = (0, new List<TimeSpan>());
            foreach (var person in persons)
            {
                for (var i = 0; i < person.Count; i++)
                {
                    var recordedAt = person[i].Receipt.RecordedAt;
                    if (!subscriber.IsOwed(ConsentChanged.Kind, "consent", recordedAt, site, declarations)) continue;
                    owed++;
                    var first = person.Skip(i).SelectMany(r => r.Applied).Where(a => a.Subscriber == subscriber.Name).Select(a => (DateTimeOffset?)a.AppliedAt).Min();
                    if (first is { } at) took.Add(at > recordedAt ? at - recordedAt : TimeSpan.Zero);
                }
            }

            took.Sort();
            return new SubscriberReach(
                subscriber.Name, subscriber.Since, owed, owed - took.Count, took.Count == 0 ? null : took[(took.Count - 1) / 2], took.Count == 0 ? null : took[^1],
                subscriber.RetiredAt.Contains("consent", StringComparer.Ordinal));
        }
    }
}
