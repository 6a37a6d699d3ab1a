using System.Collections.Concurrent;

namespace Consent.Audit.Logs;

/// <summary>
/// Which checkpoint of each log the world is shown, and proofs rest on. Where witnesses are configured that is the newest that they have cosigned (<see cref="CosignedLog"/>), else the newest
/// that is signed. Where an entry stands is told by the newest of all the same (<see cref="DerivedLogs.Served"/>): that waits for nobody. For any thread.
/// </summary>
internal sealed class CosignedLogs(DerivedLogs logs, WitnessSettings settings, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, CosignedLog> _logs = new(StringComparer.Ordinal);

    /// <summary>Each log that has a checkpoint here, before its witnesses.</summary>
    public IReadOnlyList<CosignedLog> All => [.. logs.AllServed.Select(served => Of(served.Name))];

    /// <summary>Null for a log without a checkpoint here.</summary>
    public ServedLog? Shown(string name) => logs.Served(name) is not { } newest ? null : settings.Witnesses.Count == 0 ? newest : Of(name).Shown();

    /// <summary>What was served once stays, or has something newer in its place.</summary>
    private CosignedLog Of(string name) => _logs.GetOrAdd(name, its => new CosignedLog(logs, its, settings, time));
}
