using System.Diagnostics.Metrics;

namespace Consent.Webhooks;

/// <summary>What this service tells of itself. Tags name endpoints by their ids, whose number is bounded per site, and outcomes.</summary>
internal sealed class WebhookMetrics
{
    public const string MeterName = "Consent.Webhooks";
    private const string Endpoint = "consent.endpoint";

    private readonly Counter<long> _attempts;
    private readonly Gauge<double> _oldestPending;
    private readonly Gauge<long> _givenUp;
    private readonly Gauge<long> _gone;
    private readonly Gauge<long> _unreadable;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _attempts = meter.CreateCounter<long>("consent.webhooks.attempts", "{attempt}", "Attempts by outcome: delivered, gone, redirect, refused, timeout, target-forbidden, tls, unreachable.");
        _oldestPending = meter.CreateGauge<double>("consent.webhooks.oldest_pending", "s", "Age of the oldest delivery that is still to be made or is held; 0 when there is none.");
        _givenUp = meter.CreateGauge<long>("consent.webhooks.given_up", "{delivery}", "Deliveries that were given up after three days, and not replayed or superseded since.");
        _gone = meter.CreateGauge<long>("consent.webhooks.gone", "{endpoint}", "1 when the endpoint answered 410 and was not enabled since, else 0.");
        _unreadable = meter.CreateGauge<long>("consent.webhooks.unreadable", "{endpoint}", "1 when the address of the endpoint does not open with the keys that are here, else 0.");
    }

    public void Attempted(string endpoint, string outcome) =>
        _attempts.Add(1, new KeyValuePair<string, object?>(Endpoint, endpoint), new KeyValuePair<string, object?>("consent.outcome", outcome));

    public void Stands(EndpointFigures figures, TimeSpan oldestPending, bool isUnreadable)
    {
        var tag = new KeyValuePair<string, object?>(Endpoint, figures.Endpoint);
        _oldestPending.Record(oldestPending.TotalSeconds, tag);
        _givenUp.Record(figures.GivenUp, tag);
        _gone.Record(figures.Gone ? 1 : 0, tag);
        _unreadable.Record(isUnreadable ? 1 : 0, tag);
    }
}
