using System.Diagnostics.Metrics;

namespace Consent.Storage;

/// <summary>What storage tells of itself: the meter <c>Consent.Storage</c>. Tags name services only.</summary>
internal static class StorageMetrics
{
    public const string MeterName = "Consent.Storage";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Appended { get; } = Meter.CreateCounter<long>(
        "consent.log.appended", "{record}", "Records committed to a log.");

    public static Counter<long> Conflicts { get; } = Meter.CreateCounter<long>(
        "consent.log.conflicts", "{append}", "Appends that lost against another.");

    public static Counter<long> Erased { get; } = Meter.CreateCounter<long>(
        "consent.log.erased", "{stream}", "Streams of which a tombstone is left.");

    public static Counter<long> Lost { get; } = Meter.CreateCounter<long>(
        "consent.log.lost", "{epoch}", "Epochs that were begun because the database lost what it had committed, while the service ran.");

    public static Gauge<long> KeysBehind { get; } = Meter.CreateGauge<long>(
        "consent.keys.behind", "{key}", "Keys of persons, handed out or not, that are still to be put under the newest key of their controller; in clear, as all once lay, or under an older one.");

    public static Counter<long> RewrapFailures { get; } = Meter.CreateCounter<long>(
        "consent.keys.rewrap.failures", "{attempt}", "Attempts to put keys of persons under the newest key of their controller that failed and will be repeated.");

    public static Gauge<long> FeedBehind { get; } = Meter.CreateGauge<long>(
        "consent.feed.behind", "{position}", "How many positions a reader of the feed is behind the head of the log, at its last look; 0 at the head.");

    public static Histogram<int> BatchSize { get; } = Meter.CreateHistogram<int>(
        "consent.storage.batch", "{write}", "Writes that shared one transaction and its fsync; its count is the number of commits.");

    public static Counter<long> CommitFailures { get; } = Meter.CreateCounter<long>(
        "consent.storage.commit.failures", "{commit}", "Transactions that failed, with all writes in them.");

    public static Counter<long> CheckpointFailures { get; } = Meter.CreateCounter<long>(
        "consent.storage.checkpoint.failures", "{checkpoint}", "Times that a write-ahead log could not be copied into its database; it grows meanwhile.");

    public static Counter<long> Published { get; } = Meter.CreateCounter<long>(
        "consent.relay.published", "{event}", "Events that the broker confirmed.");

    public static Counter<long> PublishFailures { get; } = Meter.CreateCounter<long>(
        "consent.relay.failures", "{attempt}", "Rounds of the relay or of redelivery that failed and will be repeated.");

    public static Gauge<double> RelayLag { get; } = Meter.CreateGauge<double>(
        "consent.relay.lag", "s", "Age of the oldest record that is not published yet; 0 when all are.");

    public static Counter<long> Redelivered { get; } = Meter.CreateCounter<long>(
        "consent.relay.redelivered", "{event}", "Events sent again to one subscriber.");

    public static Gauge<double> OldestOpen { get; } = Meter.CreateGauge<double>(
        "consent.ledger.oldest_open", "s", "Age of the oldest open delivery of a subscriber; 0 when none is open.");

    public static Counter<long> SnapshotRecords { get; } = Meter.CreateCounter<long>(
        "consent.snapshot.records", "{event}", "Records sent to subscribers that load what was before they came, or that differed.");

    public static Counter<long> SnapshotsRefused { get; } = Meter.CreateCounter<long>(
        "consent.snapshot.refused", "{question}", "Questions for a page that had been answered a moment before.");

    public static Counter<long> Unanswered { get; } = Meter.CreateCounter<long>(
        "consent.snapshot.unanswered", "{question}", "Questions of subscribers whose answer reached no queue.");

    public static Counter<long> Differing { get; } = Meter.CreateCounter<long>(
        "consent.comparison.differing", "{bucket}", "Buckets in which a subscriber held something else than the log.");

    public static Counter<long> UnknownAcknowledged { get; } = Meter.CreateCounter<long>(
        "consent.ledger.unknown", "{acknowledgement}", "Acknowledgements of records that the log does not have.");

    public static Histogram<double> RequestUnits { get; } = Meter.CreateHistogram<double>(
        "consent.cosmos.request_units", "{request_unit}", "What a call of Azure Cosmos DB cost, as its answer says; 0 for one without an answer. Its count is the number of calls. By store and operation.");

    public static Counter<long> Throttled { get; } = Meter.CreateCounter<long>(
        "consent.cosmos.throttled", "{call}", "Calls that Azure Cosmos DB turned away because the throughput was used up; they are made again while there is time. By store and operation.");
}
