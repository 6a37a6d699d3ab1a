using System.Diagnostics.Metrics;

namespace Consent.Audit.Logs;

/// <summary>What witnesses make of the logs: the meter <c>Consent.Audit</c>. Tags name witnesses, which the settings name, and outcomes.</summary>
internal static class WitnessMetrics
{
    public const string MeterName = "Consent.Audit";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "consent.log.witness.attempts", "{attempt}", "Checkpoints sent to a witness, by what came of it (WitnessOutcome).");

    private static readonly Gauge<long> Failing = Meter.CreateGauge<long>(
        "consent.log.witness.failing", "{log}", "Logs whose newest checkpoint the witness does not cosign, at its last round; 0 when all is well.");

    public static void Asked(Witness witness, string outcome) => Attempts.Add(1, Of(witness), new KeyValuePair<string, object?>("consent.outcome", outcome));

    public static void Stands(Witness witness, int failing) => Failing.Record(failing, Of(witness));

    private static KeyValuePair<string, object?> Of(Witness witness) => new("consent.witness", witness.Key.Name);
}
