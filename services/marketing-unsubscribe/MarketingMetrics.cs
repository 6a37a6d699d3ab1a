using System.Diagnostics.Metrics;

namespace Consent.MarketingUnsubscribe;

/// <summary>What the service tells of itself: the meter <c>Consent.MarketingUnsubscribe</c>. Tags are sites only.</summary>
internal static class MarketingMetrics
{
    public const string MeterName = "Consent.MarketingUnsubscribe";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> RevokedLinks = Meter.CreateCounter<long>(
        "consent.marketing.revoked_links", "{opt-out}", "Opt-outs by links of a key that was revoked, repeats too: many at once, long after the last such mail, are the work of who has the key.");

    public static void OptedOutByRevokedLink(string site) => RevokedLinks.Add(1, new KeyValuePair<string, object?>("consent.site", site));
}
