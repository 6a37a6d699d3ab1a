using Consent.Audit.Holds;
using Consent.Contracts;
using Consent.Storage;
using Consent.Tests.Support;

namespace Consent.Audit.Tests;

/// <summary>Audit's handlers over a real log in a folder of their own; what they send is kept to be looked at.</summary>
internal sealed class AuditOnDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private SqliteRecordLog _records;

    public AuditOnDisk() => (_records, Log) = Open();

    public AuditLog Log { get; private set; }
    private CampaignNotes Campaigns => new(_records, Log);
    private HoldJournal Holds => new(_records, Log, new KeptHolds(_folder.File("checkpoints"), _records), Clock);
    private AddressTraces Addresses => new(_records, Log, Campaigns, Holds, Clock);
    private PersonTraces Persons => new(_records, Log, Addresses, Holds, Clock);
    public RecordingTransport Outbox { get; } = new();
    public MovedClock Clock { get; } = new(Samples.Noon.AddMilliseconds(60));

    public Task HearAsync(object e) => e switch
    {
        ConsentChanged x => new HearConsentChanged(Persons, Outbox).HandleAsync(x, default),
        ConsentErased x => new HearConsentChanged(Persons, Outbox).HandleAsync(x, default),
        DeclarationPublished x => new HearDeclarationPublished(Log, Outbox).HandleAsync(x, default),
        MarketingUnsubscribed x => new HearMarketing<MarketingUnsubscribed>(Addresses, Outbox).HandleAsync(x, default),
        MarketingSubscribed x => new HearMarketing<MarketingSubscribed>(Addresses, Outbox).HandleAsync(x, default),
        MarketingUnsubscribeUndone x => new HearMarketing<MarketingUnsubscribeUndone>(Addresses, Outbox).HandleAsync(x, default),
        ErasureAsked x => new HearErasureAsked(Addresses, Outbox).HandleAsync(x, default),
        MarketingErased x => new HearMarketing<MarketingErased>(Addresses, Outbox).HandleAsync(x, default),
        MarketingLinksMade x => new HearLinksMade(Log, Campaigns, Outbox).HandleAsync(x, default),
        MailCounted x => new HearMailCounted(Log, Outbox).HandleAsync(x, default),
        SubscriberAnnounced x => Subscribers.HandleAsync(x, default),
        SubscriberRetired x => new HearSubscriberRetired(Log, Outbox).HandleAsync(x, default),
        ConsentApplied x => new HearConsentApplied(Log).HandleAsync(x, default),
        LedgerPage x => new HearLedgerPage(Log, AskLedgersTests.Asking(Log, Outbox)).HandleAsync(x, default),
        _ => throw new NotSupportedException(),
    };

    /// <summary>The trace as the route tells it.</summary>
    public async Task<Trace?> TraceAsync(string receiptId = "receipt-1") =>
        TraceStory.Tell(receiptId, await ReadTrace.GatherAsync(receiptId, Log, default));

    private KnownSubscribers Subscribers => new(_records, Clock);

    /// <summary>What the campaign's owner would see.</summary>
    /// <param name="traces">In which the traces are read; the log itself unless given.</param>
    public async Task<CampaignFigures> FiguresAsync(string campaign, string site = Samples.Site, IRecordLog? traces = null) =>
        await new GatherCampaign(traces is null ? Log : new AuditLog(traces, Clock), Persons, Campaigns)
        .RunAsync(site, campaign, await SiteDeclarations.ReadAsync(Log, site, default), await Subscribers.ReadAsync(default), default);

    public IRecordLog Records => _records;

    public async Task<int> RecordsAsync() => (await Log.FeedAsync(0, 10_000, default)).Count;

    public void Restart()
    {
        _records.Dispose();
        (_records, Log) = Open();
    }

    public ValueTask DisposeAsync()
    {
        _records.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private (SqliteRecordLog, AuditLog) Open()
    {
        var records = SqliteRecordLog.Open(new LogFiles(_folder.File("log.db"), _folder.File("keys")), AuditSetup.Service, Clock, AuditLog.NamesNobody);
        return (records, new AuditLog(records, Clock));
    }
}
