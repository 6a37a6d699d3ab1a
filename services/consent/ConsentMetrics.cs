using System.Diagnostics.Metrics;

namespace Consent.ConsentService;

/// <summary>What the service tells of itself: the meter <c>Consent.ConsentService</c>. Tags are reasons only, words of the API.</summary>
internal static class ConsentMetrics
{
    public const string MeterName = "Consent.ConsentService";

    private static readonly Meter Meter = new(MeterName);

    public static Counter<long> Refused { get; } = Meter.CreateCounter<long>(
        "consent.decisions.refused", "{decision}", "Decisions of which nothing was stored, by reason.");

    public static Counter<long> ImportRefused { get; } = Meter.CreateCounter<long>(
        "consent.import.refused", "{row}", "Rows of imports of which nothing was stored.");
}
