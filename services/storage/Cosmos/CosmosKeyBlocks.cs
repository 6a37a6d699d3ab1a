using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// The documents of persons' keys: blocks, the count of them, and which keys of controllers are in use. A block is created once, under a number that nobody else was given, and is changed from
/// what was read alone (<c>If-Match</c>): a write that comes late finds another state than its own, and changes nothing. All throw <see cref="LogUnavailableException"/>.
/// </summary>
internal sealed class CosmosKeyBlocks(CosmosContainer keys)
{
    private const string Operation = "keys";
    private const string Counter = "counter";
    private const string Used = "used";

    /// <summary>A document of no meaning, beside a block.</summary>
    private const string Look = "look";

    /// <summary>Not ended by a caller: what is begun with keys is brought to its end, or to the end of its time.</summary>
    public Deadline Begin() => keys.Begin(CancellationToken.None);

    /// <summary>How many numbers were given out: exact, whatever this process has read before. For a start: it costs a write that is refused.</summary>
    public async Task<long> CountAsync(Deadline by)
    {
        var writeId = RandomId.New();
        // A conflict is answered by the replica that takes the writes, and what is read then is no older.
        return await keys.CreateAsync(Counter, Counter, Counted(0, writeId), writeId, by, Operation) is Created.Others { There: var there } ? BlocksIn(there) : 0;
    }

    /// <summary>
    /// Whether the block was ever made. It was where it is there, whatever the count says: that may have gone back alone, as after a loss in its partition, and is put right then.
    /// </summary>
    public async Task<bool> WasMadeAsync(long number, Deadline by)
    {
        var count = await CountAsync(by);
        if (number < count) return true;
        if (await FindAsync(number, by) is null) return false;
        await TakeAsync(number + 1 - count, by);
        return true;
    }

    /// <summary>On an operator's word that the block is lost, where it is not there: its keys count as destroyed from now on. One that is there stays.</summary>
    public Task GiveUpAsync(long number, Deadline by) => CreateAsync(KeyBlock.Destroyed(number), by);

    /// <summary>Numbers that nobody else gets. Where it fails, or is not heard of, they are a gap.</summary>
    /// <returns>The first of them.</returns>
    public async Task<long> TakeAsync(long count, Deadline by)
    {
        while (true)
        {
            var there = await keys.ReadAsync(Counter, Counter, by, Operation);
            var (first, writeId) = (there is null ? 0 : BlocksIn(there), RandomId.New());
            var isDone = there is null
                ? await keys.CreateAsync(Counter, Counter, Counted(count, writeId), writeId, by, Operation) is Created.Ours
                : await keys.ReplaceAsync(Counter, Counter, Counted(first + count, writeId), writeId, there.ETag, by, Operation) is not null;
            if (isDone) return first;
        }
    }

    /// <summary>On return the block is there, durably: true; or another is there under its number, as after a loss of the count, and stays: false.</summary>
    public async Task<bool> CreateAsync(KeyBlock block, Deadline by)
    {
        var writeId = RandomId.New();
        return await keys.CreateAsync(block.Partition, block.Id, block.ToJson(writeId), writeId, by, Operation) is Created.Ours;
    }

    /// <summary>The block, of which one slot at least was handed out. One that is not there was not destroyed: throws <see cref="LogUnavailableException"/>.</summary>
    public async Task<(KeyBlock Block, string ETag)> ReadAsync(long number, Deadline by) => await FindAsync(number, by)
        ?? throw new LogUnavailableException(
            $"The account of keys lacks block {number} of keys that the log names: put its newest copy back. Where no copy has it, Storage:CosmosKeys:LostBlocks gives it up.");

    /// <summary>
    /// Null when it is not there, for certain: a replica of the account may not have yet what another process wrote a moment ago, so what is not found is looked for again behind a write to its
    /// partition, by which this session comes to know all that was written there before.
    /// </summary>
    public async Task<(KeyBlock Block, string ETag)?> FindAsync(long number, Deadline by)
    {
        var pk = KeyBlock.PartitionOf(number);
        for (var isSure = false; ; isSure = true)
        {
            if (await keys.ReadAsync(pk, KeyBlock.IdOf(number), by, Operation) is { } found) return (KeyBlock.Read(found.Body), found.ETag);
            if (isSure) return null;
            await keys.CreateSameAsync(pk, Look, JsonSerializer.SerializeToUtf8Bytes(new { id = Look, pk }), by, Operation);
        }
    }

    /// <summary>False when it was changed since it was read; also when that is not known: read it again.</summary>
    public async Task<bool> ReplaceAsync(KeyBlock block, string etag, Deadline by)
    {
        var writeId = RandomId.New();
        return await keys.ReplaceAsync(block.Partition, block.Id, block.ToJson(writeId), writeId, etag, by, Operation) is not null;
    }

    public async Task<UsedKeys> UsedAsync(Deadline by) => await keys.ReadAsync(Used, Used, by, Operation) is { } found ? UsedKeys.Read(found.Body) : UsedKeys.None;

    /// <summary>On return it stands there that something lies under this key. 1 request unit when it stood there.</summary>
    public Task NoteAsync(ControllerKey under, Deadline by) => ChangeAsync(used => used.With(under), by);

    /// <summary>As <see cref="NoteAsync"/>, whatever this process has read before: behind a create that is refused, what is read is no older. 2 to 3 request units more.</summary>
    public async Task NoteExactlyAsync(ControllerKey under, Deadline by)
    {
        await keys.CreateSameAsync(Used, Used, UsedKeys.None.ToJson(Used, RandomId.New()), by, Operation);
        await NoteAsync(under, by);
    }

    /// <summary>On return it stands there that all persons' keys of these controllers lie under these keys.</summary>
    public Task FinishAsync(IReadOnlyCollection<ControllerKey> targets, Deadline by) => ChangeAsync(used => used.Finished(targets), by);

    private static byte[] Counted(long blocks, string writeId) => JsonSerializer.SerializeToUtf8Bytes(new { id = Counter, pk = Counter, w = writeId, blocks });

    private static long BlocksIn(Found counter) => counter.Body.GetProperty("blocks").GetInt64();

    private async Task ChangeAsync(Func<UsedKeys, UsedKeys?> change, Deadline by)
    {
        while (true)
        {
            var there = await keys.ReadAsync(Used, Used, by, Operation);
            if (change(there is null ? UsedKeys.None : UsedKeys.Read(there.Body)) is not { } changed) return;
            var writeId = RandomId.New();
            var isDone = there is null
                ? await keys.CreateAsync(Used, Used, changed.ToJson(Used, writeId), writeId, by, Operation) is Created.Ours
                : await keys.ReplaceAsync(Used, Used, changed.ToJson(Used, writeId), writeId, there.ETag, by, Operation) is not null;
            if (isDone) return;
        }
    }
}
