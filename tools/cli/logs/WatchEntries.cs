using Consent.VerifiableLog;

namespace Consent.Cli.Logs;

/// <summary>Looks at the entries of a log while <see cref="LogCheck"/> reads them, in their order: those of a log of this size.</summary>
internal sealed class WatchEntries(ILogReader log, long size) : ILogReader
{
    public EntryTimes Times { get; } = new("");

    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string path, CancellationToken cancel)
    {
        var found = await log.ReadAsync(path, cancel);
        if (found is not { } bytes || !TileAddress.TryParse(path, out var address) || address.Level != TileAddress.Entries) return found;
        var index = address.Index << 8;
        foreach (var entry in EntryBundle.Read(bytes))
        {
            if (index < size) Times.Take(index++, entry.Span);
        }

        return found;
    }
}
