using System.Diagnostics.Metrics;

namespace Consent.Subscriber;

/// <summary>What subscribers tell of themselves: the meter <c>Consent.Subscriber</c>. The tag <c>service</c> names the subscriber.</summary>
internal static class SubscriberMetrics
{
    public const string MeterName = "Consent.Subscriber";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Applied { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.applied", "{receipt}", "Receipts that were newer than what was held, committed.");

    public static Counter<long> Passed { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.passed", "{receipt}", "Receipts that came twice, late, or after an erasure, and changed nothing.");

    public static Histogram<double> Lag { get; } = Meter.CreateHistogram<double>(
        "consent.subscriber.lag", "s", "From the recording of a receipt to its commit here, by the two clocks.");

    public static Histogram<int> Acknowledged { get; } = Meter.CreateHistogram<int>(
        "consent.subscriber.acknowledged", "{record}", "Records that one acknowledgement tells of.");

    public static Counter<long> Loaded { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.loaded", "{receipt}", "Receipts loaded from before the subscriber came.");

    public static Counter<long> Repaired { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.repaired", "{receipt}", "Rows that were not what the consent service holds, and were put right.");

    public static Counter<long> Ahead { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.ahead", "{receipt}", "Rows found to be newer than the log, as after the restore of an old backup.");

    public static Counter<long> FailedPages { get; } = Meter.CreateCounter<long>(
        "consent.subscriber.failed_pages", "{page}", "Pages of what was recorded before that could not be applied, and were asked for again.");
}
