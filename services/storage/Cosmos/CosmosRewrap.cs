namespace Consent.Storage;

/// <summary>
/// Puts keys of persons on Azure Cosmos DB under the newest key of their controller, a block at a time, each by one write and only from what was read: so readers, an erasure that comes between,
/// other replicas at the same work and a crash at any moment find the one or the other. That a controller is done is noted last, and taken back by a replica that has not heard of the newer key and
/// makes a block under the older one afterwards: what it made is turned at the next start. Reads each block once, at 1 to 2 request units, where a controller has a newer key.
/// </summary>
internal sealed class CosmosRewrap(CosmosKeyBlocks blocks, string service, ControllerKeys controllers) : IDisposable
{
    private const int AtOnce = 8;
    private readonly CancellationTokenSource _closing = new();
    private readonly Rewrapping _progress = new(service);
    private Task _running = Task.CompletedTask;

    public string? Alarm => _progress.Alarm;

    public void Start() => _running = Task.Run(() => _progress.RunAsync(RewrapAsync, _closing.Token), CancellationToken.None);

    /// <summary>Ends it, behind some blocks at the latest.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _running.GetAwaiter().GetResult();
        _closing.Dispose();
    }

    /// <returns>How many blocks.</returns>
    internal async Task<int> RewrapAsync(CancellationToken closing)
    {
        var used = await blocks.UsedAsync(blocks.Begin());
        var due = used.Done.Where(one => controllers.Newest(one.Key)?.Version > one.Value).ToDictionary(one => one.Key, one => controllers.Newest(one.Key)!);
        var done = 0;
        if (due.Count > 0)
        {
            foreach (var target in due.Values) await blocks.NoteAsync(target, blocks.Begin());
            var count = await blocks.CountAsync(blocks.Begin());
            done = await PassAsync(0, count, due, closing);
            await blocks.FinishAsync([.. due.Values], blocks.Begin());
            // Made meanwhile by others; who makes one from now on finds what was noted.
            done += await PassAsync(count, await blocks.CountAsync(blocks.Begin()), due, closing);
        }

        _progress.Left(0);
        return done;
    }

    private async Task<int> PassAsync(long from, long until, Dictionary<int, ControllerKey> due, CancellationToken closing)
    {
        var done = 0;
        for (var number = from; number < until; number += AtOnce)
        {
            closing.ThrowIfCancellationRequested();
            _progress.Left((until - number) * KeyBlock.Slots);
            var first = number;
            var turned = await Task.WhenAll(Enumerable.Range(0, (int)Math.Min(AtOnce, until - first)).Select(i => TurnAsync(first + i, due)));
            done += turned.Count(isDone => isDone);
        }

        return done;
    }

    /// <summary>False where it lies there already, or under what was destroyed, or there is none.</summary>
    private async Task<bool> TurnAsync(long number, Dictionary<int, ControllerKey> due)
    {
        var by = blocks.Begin();
        while (await blocks.FindAsync(number, by) is (var block, var etag))
        {
            if (!due.TryGetValue(block.Controller, out var target) || block.Version >= target.Version) return false;
            await controllers.ExpectAsync([(block.Controller, block.Version)]);
            if (controllers.Find(block.Controller, block.Version) is not { } from) return false;
            if (await blocks.ReplaceAsync(block.Turned(from, target), etag, by)) return true;
        }

        return false;
    }
}
