using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// Leases, and the cursors of what they protect: one document for each name, which is replaced only as it was read. Timed by the clock of the store, as the query tells it that reads the lease.
/// A lease that was granted in an epoch before is over, because what its holder has read may be lost. Safe for many threads and replicas.
/// </summary>
internal sealed class CosmosLeases(CosmosContainer order, CosmosHead head)
{
    private const string Partition = "leases";
    private const string Operation = "lease";

    /// <summary>See <see cref="IRecordLog.AcquireAsync"/>. 13 request units where it is granted, 3 where it is not.</summary>
    public async Task<Lease?> AcquireAsync(string name, string holder, TimeSpan term, bool ifCutOff, Deadline by)
    {
        while (true)
        {
            if (await FindAsync(name, by) is not { } found)
            {
                if (ifCutOff) return null;
                await order.CreateSameAsync(Partition, IdOf(name), ToJson(name, Kept.Nothing, RandomId.New()), by, Operation);
                continue;
            }

            var epoch = head.Epoch;
            if (found.Kept.Epoch > epoch)
            {
                // Begun meanwhile, and not seen here yet: what was granted in it holds.
                await head.CatchUpAsync(found.Kept.Epoch, by);
                continue;
            }

            var state = found.Kept.Epoch == epoch ? found.Kept.State : found.Kept.State with { Holder = "" };
            if (LeaseState.Ask(state, holder, found.Clock, (long)term.TotalMilliseconds, ifCutOff) is not { } granted) return null;
            if (await WriteAsync(name, found.Kept with { State = granted, Epoch = epoch }, found.ETag, by))
                return new Lease(name, holder, granted.Fence, DateTimeOffset.FromUnixTimeMilliseconds(granted.ExpiresAt));
        }
    }

    /// <summary>See <see cref="IRecordLog.ReleaseAsync"/>.</summary>
    public async Task ReleaseAsync(Lease lease, Deadline by)
    {
        while (await ReadAsync(lease.Name, by) is { } found && found.Kept.State.Fence == lease.Fence && found.Kept.State.Holder.Length > 0)
            if (await WriteAsync(lease.Name, found.Kept with { State = found.Kept.State with { Holder = "" } }, found.ETag, by)) return;
    }

    public async Task<long> CursorAsync(string name, Deadline by) => await ReadAsync(name, by) is { } found ? found.Kept.Cursor : 0;

    /// <summary>See <see cref="IRecordLog.MoveCursorAsync"/>. Looks first whether anything is lost: no cursor is moved by what was read of it. 14 request units.</summary>
    public async Task<bool> MoveCursorAsync(Lease lease, long position, Deadline by)
    {
        await head.LookAsync(by);
        while (await ReadAsync(lease.Name, by) is { } found && found.Kept.State.Fence == lease.Fence && found.Kept.Epoch == head.Epoch)
        {
            if (found.Kept.Cursor >= position) return true;
            if (await WriteAsync(lease.Name, found.Kept with { Cursor = position }, found.ETag, by)) return true;
        }

        return false;
    }

    /// <summary>With the store's clock, in milliseconds since 1970.</summary>
    private async Task<(Kept Kept, string ETag, long Clock)?> FindAsync(string name, Deadline by)
    {
        var query = new QueryDefinition("SELECT c, GetCurrentTimestamp() AS now FROM c WHERE c.id = @id").WithParameter("@id", IdOf(name));
        if (await order.QueryAsync(Partition, query, by, Operation) is not [var row, ..]) return null;
        var stored = row.GetProperty("c");
        return (Kept.Read(stored), stored.GetProperty("_etag").GetString()!, row.GetProperty("now").GetInt64());
    }

    private async Task<(Kept Kept, string ETag)?> ReadAsync(string name, Deadline by) =>
        await order.ReadAsync(Partition, IdOf(name), by, Operation) is { } found ? (Kept.Read(found.Body), found.ETag) : null;

    /// <summary>False when it was changed since.</summary>
    private async Task<bool> WriteAsync(string name, Kept kept, string etag, Deadline by)
    {
        var writeId = RandomId.New();
        return await order.ReplaceAsync(Partition, IdOf(name), ToJson(name, kept, writeId), writeId, etag, by, Operation) is not null;
    }

    /// <summary>Names have slashes, which ids may not have.</summary>
    private static string IdOf(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    private static byte[] ToJson(string name, Kept kept, string writeId) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        id = IdOf(name),
        pk = Partition,
        w = writeId,
        holder = kept.State.Holder,
        fence = kept.State.Fence,
        granted = kept.State.GrantedAt,
        expires = kept.State.ExpiresAt,
        cursor = kept.Cursor,
        epoch = kept.Epoch,
    });

    /// <param name="Epoch">In which the lease was granted.</param>
    private sealed record Kept(LeaseState State, long Cursor, int Epoch)
    {
        public static Kept Nothing { get; } = new(new LeaseState("", 0, 0, 0), 0, 0);

        public static Kept Read(JsonElement stored) => new(
            new LeaseState(stored.GetProperty("holder").GetString()!, stored.GetProperty("fence").GetInt64(), stored.GetProperty("granted").GetInt64(), stored.GetProperty("expires").GetInt64()),
            stored.GetProperty("cursor").GetInt64(), stored.GetProperty("epoch").GetInt32());
    }
}
