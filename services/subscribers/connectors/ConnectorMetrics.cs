using System.Diagnostics.Metrics;

namespace Consent.Connectors;

/// <summary>What this service tells of itself. Tags name connectors by their ids, whose number is bounded per site, and outcomes.</summary>
internal sealed class ConnectorMetrics
{
    public const string MeterName = "Consent.Connectors";
    private const string Connector = "consent.connector";

    private readonly Counter<long> _carried;
    private readonly Counter<long> _brought;
    private readonly Counter<long> _failures;
    private readonly Gauge<double> _oldestPending;
    private readonly Gauge<long> _givenUp;
    private readonly Gauge<double> _failing;

    public ConnectorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _carried = meter.CreateCounter<long>("consent.connectors.carried", "{change}", "Changes written to a mailing system, by direction: in, out.");
        _brought = meter.CreateCounter<long>("consent.connectors.brought", "{opt-out}", "Opt-outs that were made in a mailing system and brought here.");
        _failures = meter.CreateCounter<long>("consent.connectors.failures", "{turn}", "Turns that ended because a mailing system, or marketing, could not be spoken to, by outcome.");
        _oldestPending = meter.CreateGauge<double>("consent.connectors.oldest_pending", "s", "Age of the oldest change that is still to be carried, or opt-out that is still to be brought; 0 when there is none.");
        _givenUp = meter.CreateGauge<long>("consent.connectors.given_up", "{change}", "Changes that were given up, of contacts that decided nothing since.");
        _failing = meter.CreateGauge<double>("consent.connectors.failing", "s", "For how long it cannot be spoken to, or its account not be read; 0 when it can.");
    }

    public void Carried(string connector, bool isIn) => _carried.Add(1, Of(connector), new KeyValuePair<string, object?>("consent.direction", isIn ? "in" : "out"));

    public void Brought(string connector, int count) => _brought.Add(count, Of(connector));

    public void Failed(string connector, string outcome) => _failures.Add(1, Of(connector), new KeyValuePair<string, object?>("consent.outcome", outcome));

    public void Stands(string connector, TimeSpan oldestPending, long givenUp, TimeSpan failing)
    {
        _oldestPending.Record(oldestPending.TotalSeconds, Of(connector));
        _givenUp.Record(givenUp, Of(connector));
        _failing.Record(failing.TotalSeconds, Of(connector));
    }

    private static KeyValuePair<string, object?> Of(string connector) => new(Connector, connector);
}
