using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>Asks for the next bundles and tiles of a log of this size while one is looked at: over a network each takes its time. Keeps 8 of each at most. Not for several threads at once.</summary>
internal sealed class ReadAhead(ILogReader log, long size) : ILogReader
{
    private const int Ahead = 8;
    private readonly Dictionary<string, Task<ReadOnlyMemory<byte>?>> _asked = new(StringComparer.Ordinal);

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        var found = _asked.Remove(path, out var asked) ? asked : log.ReadAsync(path, cancel).AsTask();
        if (TileAddress.TryParse(path, out var address) && address is { Level: <= 0, Width: TileAddress.FullWidth })
        {
            for (var next = 1; next <= Ahead; next++)
            {
                var further = new TileAddress(address.Level, address.Index + next);
                if (!further.IsWithin(size)) break;
                if (!_asked.TryGetValue(further.Path, out _)) _asked[further.Path] = log.ReadAsync(further.Path, cancel).AsTask();
            }
        }

        return await found;
    }
}
