using Consent.ConsentService;
using Consent.Contracts;
using Consent.Load;
using Consent.MarketingUnsubscribe;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Benchmarks;

/// <summary>
/// A data folder in which so many readers are subscribed and as many opted out, as marketing and the consent service would both hold it:
/// written through their logs, and marked as published and heard, so that whoever opens them has nothing to catch up.
/// </summary>
internal static class FilledMarketing
{
    private const int AtOnce = 2048;

    /// <param name="readers">Those from 0 are subscribed, those from <paramref name="each"/> opted out, those from twice as many are unknown.</param>
    public static async Task MakeAsync(string data, Visitors readers, long each, PublishedDeclaration shown)
    {
        using var marketing = Open(data, MarketingUnsubscribeSetup.Service);
        using var consent = Open(data, ConsentSetup.Service, DeclarationLog.IsStream);
        var ring = AddressesIn(data);
        var optIn = OptInProof.On(shown, shown.Declaration.Topics[0], "nl", "form", TimeProvider.System.Now());
        long next = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) - 1 is var number && number < 2 * each)
            {
                var record = RecordOf(marketing, ring.AddressId(Marketing.AddressOf(readers.Id(number))), number < each ? optIn : null);
                await AppendAsync(marketing, MarketingRecord.Stream(record.Site, record.SubjectId), record.Kind, record.RecordedAt, ContractJson.Write(record));
                var receipt = ReceiptOf(consent, record, shown);
                await AppendAsync(consent, Receipt.Stream(record.Site, record.SubjectId), DecisionRecorder.Kind, receipt.RecordedAt, ReceiptBytes.Write(receipt));
            }
        })));
        var told = await LastOfAsync(marketing, 2 * each);
        await PassedAsync(marketing, RelayLease.Name, told);
        await PassedAsync(consent, RelayLease.Name, await LastOfAsync(consent, 2 * each));
        await PassedAsync(consent, $"feed/{MarketingUnsubscribeSetup.Service}", told);
    }

    /// <summary>The key under which the marketing service of this folder hashes addresses.</summary>
    public static KeyRing AddressesIn(string data) =>
        new IdentifierKeys(Path.Combine(data, "keys", MarketingUnsubscribeSetup.Service)).Addresses(Marketing.Declared.Controller.Id);

    private static SqliteRecordLog Open(string data, string service, Func<string, bool>? namesNobody = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, service)).FullName;
        return SqliteRecordLog.Open(new LogFiles(Path.Combine(folder, "log.db"), Path.Combine(data, "keys", service)), "filling", TimeProvider.System, namesNobody);
    }

    /// <param name="optIn">Null for an opt-out.</param>
    private static MarketingRecord RecordOf(SqliteRecordLog log, string subject, OptInProof? optIn)
    {
        var (id, now) = (log.IdOf(MarketingRecord.Stream(Marketing.Site, subject), 1), TimeProvider.System.Now());
        var entry = new TopicEntry(optIn is null ? TopicStatus.Suppressed : TopicStatus.Subscribed, now, optIn, By: id);
        return new MarketingRecord
        {
            Kind = optIn is null ? MarketingRecord.Unsubscribed : MarketingRecord.Subscribed,
            Site = Marketing.Site,
            SubjectId = subject,
            Topic = Marketing.Topic,
            Action = optIn is null ? "one-click-unsubscribe" : "confirmed-subscribe",
            Language = "nl",
            Proof = optIn,
            RecordedAt = now,
            Topics = new Dictionary<string, TopicEntry> { [Marketing.Topic] = entry },
        };
    }

    /// <summary>What the consent service makes of the record's event.</summary>
    private static Receipt ReceiptOf(SqliteRecordLog log, MarketingRecord record, PublishedDeclaration shown)
    {
        var (stream, yes) = (Receipt.Stream(record.Site, record.SubjectId), record.Proof is not null);
        var decided = new Decided(
            record.Site, record.SubjectId, 0, new Dictionary<string, bool> { [record.Topic] = yes }, yes ? shown : null, record.Language, record.Action,
            MarketingUnsubscribeSetup.Service, ClaimedAt: record.RecordedAt, CausedBy: record.Topics[record.Topic].By, TakenAt: record.RecordedAt, LiftsNoBefore: yes ? record.RecordedAt : null);
        var verdict = Decide.On(decided, null, shown, _ => true, new Consent.ConsentService.Place(log.IdOf(stream, 1), log.Epoch, 1), TimeProvider.System.Now());
        return ((Verdict.Record)verdict).Receipt;
    }

    private static async Task AppendAsync(SqliteRecordLog log, string stream, string kind, DateTimeOffset at, byte[] payload)
    {
        var outcome = await log.AppendAsync(new NewRecord { Stream = stream, Version = 1, Kind = kind, RecordedAt = at, Payload = payload });
        if (outcome is not AppendOutcome.Appended) throw new InvalidOperationException("Two readers were one.");
    }

    private static async Task<long> LastOfAsync(SqliteRecordLog log, long count) => (await log.FeedAsync(count - 1, 10))[^1].Position;

    private static async Task PassedAsync(SqliteRecordLog log, string work, long position)
    {
        var lease = await log.AcquireAsync(work, "filling", TimeSpan.FromMinutes(1));
        await log.MoveCursorAsync(lease!, position);
        await log.ReleaseAsync(lease!);
    }
}
