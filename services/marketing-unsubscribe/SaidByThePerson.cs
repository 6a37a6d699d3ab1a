namespace Consent.MarketingUnsubscribe;

/// <summary>Which "no" of a person's history holds for all that is known to be his (<c>alsoKnownAs</c>). Pure.</summary>
public static class SaidByThePerson
{
    /// <summary>
    /// What he said himself of the topic since he last opted in to it, and did not take back; said again another way, as by one click, it is said all the same.
    /// </summary>
    public static MarketingRecord? Newest(IReadOnlyList<(string Id, MarketingRecord Said)> history, string topic)
    {
        ArgumentNullException.ThrowIfNull(history);
        var takenBack = history.Where(r => r.Said.Kind == MarketingRecord.Undone)
            .SelectMany(r => (r.Said.TakenBack?.GetValueOrDefault(r.Said.Topic)?.Ids ?? []).Append(r.Said.Undoes)).ToHashSet();
        return history.Reverse().TakeWhile(r => r.Said.Topic != topic || r.Said.Kind != MarketingRecord.Subscribed)
            .Where(r => r.Said.Kind == MarketingRecord.Unsubscribed && r.Said.Topic == topic && r.Said.Action != OptOutDecisions.StoppedBefore && !takenBack.Contains(r.Id))
            .Select(r => r.Said).FirstOrDefault(IsCarried);
    }

    /// <summary>Of single topics what was pressed on a page; of everything whatever was said, but for what a report told, which anybody can forge.</summary>
    private static bool IsCarried(MarketingRecord said) => said.Topic == MarketingRecord.Everything
        ? said.Action != ReceiveReports.Action
        : said.Action is ConfirmUnsubscribe.Action or PreferenceDecisions.Action or PreferenceDecisions.Objection;
}
