using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Appends: each is one create of one document, under the version as its id, and so it is either there whole or it lost. What comes before the create only keeps the stream gapless, its epochs
/// ascending and its idempotency keys single; none of that can change in between without the create losing, because whoever changes it takes the version:
/// whoever bears the key has a version below, which is seen, or one from here on, against which the create loses. 6 request units for the first record of a stream, 9 for each further one.
/// </summary>
internal sealed class CosmosAppend(CosmosContainer container, CosmosRecords records, CosmosNewest newest, LogCipher cipher, CosmosHead head)
{
    /// <summary>
    /// Null when it lost. To be called for one record of a stream at a time, or two of this process would be decided in any order. Throws <see cref="ArgumentException"/> for a record that is none,
    /// <see cref="LogUnavailableException"/> when it is not known to be there; it may be, or come yet, within the time that the account takes to give up a request.
    /// </summary>
    public async Task<LogRecord?> AppendAsync(NewRecord record, StreamKey stream, Deadline by)
    {
        var epoch = await head.EpochAsync(by);
        if (record.Version < 1 || newest.IsTaken(stream, epoch, record.Version)) return null;
        long? slot = null;
        if (record.Version > 1)
        {
            if (await LookAsync(record, stream, epoch, by) is not { } found) return null;
            slot = found.Slot;
        }

        var row = await cipher.CloseAsync(record, epoch, _ => ValueTask.FromResult(slot));
        // Begun meanwhile: it would be of a time that is over.
        if (head.Epoch != epoch) return null;
        var writeId = RandomId.New();
        var created = await container.CreateAsync(stream.ToString(), CosmosDocuments.IdOf(row.Version), CosmosDocuments.ToJson(row, writeId), writeId, by, "append");
        newest.Note(stream, epoch, row.Version);
        return created is Created.Ours ? cipher.Appended(record, stream, epoch, LogRecord.Unplaced) : null;
    }

    /// <summary>What it goes on top of; null when it does not.</summary>
    private async Task<Behind?> LookAsync(NewRecord record, StreamKey stream, int epoch, Deadline by)
    {
        var key = record.IdempotencyKey is { } asked ? CosmosDocuments.KeyText(cipher.Secret.Fingerprint(asked)) : null;
        var found = await records.BeforeAppendAsync(stream.ToString(), record.Version - 1, key, by);
        var index = found.FindIndex(one => CosmosDocuments.VersionOf(one) == record.Version - 1);
        if (index < 0 || CosmosDocuments.IsHusk(found[index])) return null;
        var before = found[index];
        // Below a tombstone a key is free again, also where its record is not a husk yet, and where something was recorded above the tombstone since.
        if (key is not null && found.Exists(one => one.TryGetProperty("k", out var there) && there.ValueEquals(key)) && await records.ByKeyAsync(stream.ToString(), key, by) is not null) return null;
        if (CosmosDocuments.EpochOf(before) <= epoch) return new Behind(CosmosDocuments.SlotOf(before));
        await head.CatchUpAsync(CosmosDocuments.EpochOf(before), by);
        return null;
    }

    /// <param name="Slot">Of the key under which that lies; null where it lies in clear, or is a tombstone.</param>
    private sealed record Behind(long? Slot);
}
