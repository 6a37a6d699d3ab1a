using System.Diagnostics.Metrics;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the index of addresses tells of itself, in the service's meter. Tags name declared sites, and words of this file.</summary>
internal static class AddressIndexMetrics
{
    /// <summary>Tag: the site that was asked about.</summary>
    public const string Site = "consent.site";

    /// <summary>Tag: <c>entries</c> of the service's own log, or <c>decisions</c> in receipts.</summary>
    public const string Of = "consent.of";

    private static readonly Meter Meter = new("Consent.MarketingUnsubscribe");

    public static Gauge<long> Kinds { get; } = Meter.CreateGauge<long>(
        "consent.marketing.index.kinds", "{kind}", "Kinds of entries and of decisions that the index tells apart; at 4,096 what is of a new one is asked of the stores.");

    public static Counter<long> PassedOn { get; } = Meter.CreateCounter<long>(
        "consent.marketing.index.passed_on", "{address}", "Addresses that were asked of the stores: what is held of them is of no kind that the index answers.");

    public static Counter<long> NotCurrent { get; } = Meter.CreateCounter<long>(
        "consent.marketing.index.not_current", "{piece}", "Pieces of checks that were asked of the stores as a whole: the index was being read, behind, or unsound.");
}
