using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>Records opt-ins that were given elsewhere, once for each row, wherever the address stands.</summary>
internal sealed class ImportedOptIns(
    AddressStreams addresses, MarketingLog log, [FromKeyedServices(MarketingUnsubscribeSetup.Service)] SubscriberState consent, SamePerson same,
    TimeProvider time)
{
    /// <returns>For <see cref="StreamImport"/>: what became of the row.</returns>
    public async Task<string?> RecordAsync(PublishedDeclaration inForce, ImportedOptIn row, CancellationToken cancel)
    {
        // First, so that what the person stopped under the other address ends this row.
        if (row.AlsoKnownAs is { } other && !await same.NoteAsync(inForce, row.Address, other, cancel)) return SamePerson.TooMany;
        var (site, meaning) = (inForce.Declaration.Site, inForce.MeaningOf(row.Topic));
        var streams = await addresses.FindAsync(addresses.RingOf(inForce.Declaration.Controller.Id), site, row.Address, cancel);
        var (receipts, unreadable) = consent.ReadNewestOf(site, streams.Select(s => s.SubjectId));
        var before = await addresses.FindFormerAsync(site, row.Address, cancel);
        var (former, unknown) = consent.ReadNewestOf(site, before.Select(s => s.SubjectId));
        if (unreadable.Count > 0 || unknown.Count > 0) return "Send the row again later: what the consent service told of the address cannot be read now, and may be a no.";
        var saidNo = OptInDecisions.LastNo(receipts.Values, inForce.Declaration, row.Topic);
        List<TopicEntry> own = [.. streams.Select(s => s.Entry(row.Topic)).OfType<TopicEntry>()];
        var saidBefore = FormerNo.Standing(FormerNo.Of(before, former, inForce.Declaration, row.Topic), own);
        if (ImportedOptInDecisions.WhyNot(own, saidNo, row.Proof, meaning, saidBefore) is { } why)
            return why == StreamImport.Known || await IsRepeatAsync(site, streams, row.Key, cancel) ? StreamImport.Known : why;

        var isNew = false;
        foreach (var subject in ToWrite(streams, row.Topic))
        {
            isNew |= await log.AppendAsync(
                site, subject, (newest, id) => ImportedOptInDecisions.Record(newest, site, subject, row.Topic, row.Proof, meaning, id, time.Now()), cancel, row.Key) is not null;
        }
        if (!isNew) return StreamImport.Known;
        return row.Proof.IsProven || row.Proof.SoftOptIn is { IsComplete: true } ? null : StreamImport.Unproven;
    }

    /// <summary>The streams that suppress the topic, each of which is lifted, and the address's home.</summary>
    private static IEnumerable<string> ToWrite(IReadOnlyList<AddressStream> streams, string topic) =>
        streams.Where(s => s.Entry(topic) is { Status: TopicStatus.Suppressed }).Append(AddressStream.Home(streams)).Select(s => s.SubjectId).Distinct(StringComparer.Ordinal);

    private async Task<bool> IsRepeatAsync(string site, IReadOnlyList<AddressStream> streams, string key, CancellationToken cancel)
    {
        foreach (var stream in streams.Where(s => s.Newest is not null))
            if (await log.HasKeyAsync(site, stream.SubjectId, key, cancel)) return true;
        return false;
    }
}
