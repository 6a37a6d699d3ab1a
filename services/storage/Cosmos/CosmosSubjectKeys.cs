namespace Consent.Storage;

/// <summary>
/// Keys in an account of their own on Azure Cosmos DB, shared by the replicas of a service, each under the key of its controller, which lies in the folder that they share. They lie in blocks of
/// 64 (<see cref="KeyBlock"/>), which are created before the first of a block is handed out. A key that was read is remembered for seconds, so that one that another replica destroyed stops working
/// soon. A destroyed one never comes back by a write that was on its way. It does come back with what the account itself keeps: its own backups hold it until their term, and a failover that
/// loses the newest writes loses destructions too, unless the account is strongly consistent. What lies under an older version is put under the newest in the background
/// (<see cref="CosmosRewrap"/>).
/// </summary>
internal sealed class CosmosSubjectKeys : ISubjectKeys
{
    private const int AtOnce = 32;

    /// <summary>Milliseconds between asking for what will be needed and needing it.</summary>
    private const long Soon = 500;
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Number, int Version), KeySupply> _supplies = [];
    private readonly RememberedKeys _remembered = new();
    private readonly CosmosKeyBlocks _blocks;
    private readonly ControllerKeys _controllers;
    private readonly CosmosRewrap _rewrap;

    private CosmosSubjectKeys(CosmosKeyBlocks blocks, string service, ControllerKeys controllers) =>
        (_blocks, _controllers, _rewrap) = (blocks, controllers, new CosmosRewrap(blocks, service, controllers));

    public string? Alarm => _rewrap.Alarm;

    /// <summary>
    /// Opens what <c>migrate</c> has created in the account. Throws <see cref="IOException"/>, which says what to put back, when the folder lacks a key of a controller that is in use, and as
    /// <see cref="CosmosContainers.OpenAsync"/> does.
    /// </summary>
    /// <param name="controllers">Disposed of with this, and when this throws.</param>
    public static CosmosSubjectKeys Open(CosmosSettings account, string service, ControllerKeys controllers) => Task.Run(async () =>
    {
        CosmosContainer container;
        try
        {
            container = await CosmosContainers.OpenAsync(CosmosClients.Of(account), account, CosmosContainers.Keys(service), service, TimeProvider.System);
        }
        catch
        {
            controllers.Dispose();
            throw;
        }

        return await OpenAsync(container, service, controllers, lost: account.LostBlocks);
    }).GetAwaiter().GetResult();

    /// <param name="rewraps">False to leave that to the caller.</param>
    /// <param name="lost">See <see cref="CosmosSettings.LostBlocks"/>.</param>
    public static async Task<CosmosSubjectKeys> OpenAsync(CosmosContainer container, string service, ControllerKeys controllers, bool rewraps = true, IReadOnlyList<long>? lost = null)
    {
        var blocks = new CosmosKeyBlocks(container);
        var keys = new CosmosSubjectKeys(blocks, service, controllers);
        try
        {
            await LogAtStart.WaitAsync(
                async () =>
                {
                    controllers.Require((await blocks.UsedAsync(blocks.Begin())).Used);
                    foreach (var number in lost ?? []) await blocks.GiveUpAsync(number, blocks.Begin());
                },
                CosmosContainers.Patience);
        }
        catch
        {
            keys.Dispose();
            throw;
        }

        if (rewraps) keys._rewrap.Start();
        return keys;
    }

    public async ValueTask<SubjectKey> NextAsync(string? controller = null)
    {
        while (true)
        {
            var under = await _controllers.OfAsync(controller);
            Task made;
            lock (_gate)
            {
                if (!_supplies.TryGetValue((under.Number, under.Version), out var supply)) _supplies[(under.Number, under.Version)] = supply = new KeySupply(under);
                if (supply.Take() is { } taken)
                {
                    // What is sealed under it now is mostly read within seconds.
                    _remembered.HandOut(taken.Slot, taken.Key);
                    return new SubjectKey(taken.Slot, Turned(taken.Key.Bytes!, under, taken.Slot));
                }

                // No thread is held meanwhile: at a cold start hundreds come for the first block.
                made = supply.Making ??= Task.Run(() => FillAsync(supply));
            }

            await made;
        }
    }

    public byte[]? Find(long slot) => _remembered.Find(slot) is { } known
        ? Opened(known, slot)
        // Seldom: whoever reads records expects their keys first.
        : Task.Run(async () => Opened((await FetchAsync([KeyBlock.Of(slot)]))[0].Lying(slot), slot)).GetAwaiter().GetResult();

    public async ValueTask ExpectAsync(IReadOnlyCollection<long> slots)
    {
        long[] wanted = [.. slots.Where(slot => _remembered.Find(slot, Soon) is null).Select(KeyBlock.Of).Distinct()];
        if (wanted.Length > 0) await FetchAsync(wanted);
    }

    public async ValueTask<long> SlotsAsync() => KeyBlock.Slots * await _blocks.CountAsync(_blocks.Begin());

    public async ValueTask<bool> WasMadeAsync(long slot) => await _blocks.WasMadeAsync(KeyBlock.Of(slot), _blocks.Begin());

    public bool Suits(long slot, string? controller) =>
        controller is null || (_remembered.Find(slot) is { } known && _controllers.ControllerOf(known.Controller) == controller);

    public void Destroy(IReadOnlyCollection<long> slots) => Task.Run(() => DestroyAsync(slots)).GetAwaiter().GetResult();

    /// <summary>As <see cref="Destroy"/>, without holding a thread. When it throws some of them may be destroyed, and a repeat destroys the rest.</summary>
    public async Task DestroyAsync(IReadOnlyCollection<long> slots)
    {
        foreach (var some in slots.Distinct().GroupBy(KeyBlock.Of).Select(group => group.ToList()).Chunk(AtOnce)) await Task.WhenAll(some.Select(DestroyInOneAsync));
    }

    /// <summary>What is remembered of its persons opens no more either: it lies under what is destroyed.</summary>
    public Task<bool> DestroyControllerAsync(string controller) => _controllers.DestroyAsync(controller);

    public void Dispose()
    {
        _rewrap.Dispose();
        _controllers.Dispose();
    }

    /// <param name="slots">Of one block; where there is none, as beside an older copy of the account, there is nothing to destroy.</param>
    private async Task DestroyInOneAsync(List<long> slots)
    {
        var by = _blocks.Begin();
        // Zeros stay zeros, so one that was read has them still.
        while (await _blocks.FindAsync(KeyBlock.Of(slots[0]), by) is (var block, var etag) && block.Without(slots) is { } rest)
            if (await _blocks.ReplaceAsync(rest, etag, by)) break;
        _remembered.Destroyed(slots);
    }

    /// <returns>In the order of the numbers.</returns>
    private async Task<List<KeyBlock>> FetchAsync(long[] numbers)
    {
        var found = new List<KeyBlock>(numbers.Length);
        foreach (var some in numbers.Chunk(AtOnce))
        {
            var (until, by) = (RememberedKeys.Until(), _blocks.Begin());
            var read = await Task.WhenAll(some.Select(number => _blocks.ReadAsync(number, by)));
            await _controllers.ExpectAsync([.. read.Select(one => (one.Block.Controller, one.Block.Version)).Distinct()]);
            foreach (var (block, _) in read) _remembered.Take(block, until);
            found.AddRange(read.Select(one => one.Block));
        }

        return found;
    }

    private byte[]? Opened(LyingKey lying, long slot) =>
        lying.Bytes is { } bytes && _controllers.Find(lying.Controller, lying.Version) is { } under ? Turned(bytes, under, slot) : null;

    private static byte[] Turned(byte[] lying, ControllerKey under, long slot)
    {
        var key = lying.ToArray();
        under.Turn(key, slot);
        return key;
    }

    /// <summary>For all who wait for it, who share a failure too.</summary>
    private async Task FillAsync(KeySupply supply)
    {
        try
        {
            var (under, by) = (supply.Under, _blocks.Begin());
            // Before anything lies under it; and behind, in case that all was put under a newer version meanwhile: then it is noted that this was not.
            await _blocks.NoteAsync(under, by);
            var first = await _blocks.TakeAsync(supply.Next, by);
            var made = Enumerable.Range(0, supply.Next).Select(i => KeyBlock.Made(first + i, under)).ToList();
            var isOurs = await Task.WhenAll(made.Select(block => _blocks.CreateAsync(block, by)));
            await _blocks.NoteExactlyAsync(under, by);
            lock (_gate) supply.Fill(made.Where((_, i) => isOurs[i]));
        }
        finally
        {
            lock (_gate) supply.Making = null;
        }
    }
}
