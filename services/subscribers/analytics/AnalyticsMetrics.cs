using System.Diagnostics.Metrics;

namespace Consent.Analytics;

/// <summary>Counts of hits by site and outcome; sites are those of known declarations, so that the number of series stays bounded.</summary>
internal sealed class AnalyticsMetrics(IMeterFactory meters)
{
    public const string MeterName = "Consent.Analytics";

    private readonly Counter<long> _hits = meters.Create(MeterName).CreateCounter<long>(
        "consent.analytics.hits", "{hit}", "Hits taken in, by outcome (forwarded, dropped, delivered, lost), reason and site.");

    public void Forwarded(string site) => Count(site, "forwarded", "given");

    public void Dropped(string site, string reason) => Count(site, "dropped", reason);

    public void Delivered(string site) => Count(site, "delivered", "target-answered");

    public void Lost(string site) => Count(site, "lost", "target-failed");

    private void Count(string site, string outcome, string reason) => _hits.Add(
        1, new("consent.site", site), new KeyValuePair<string, object?>("consent.outcome", outcome), new("consent.reason", reason));
}
