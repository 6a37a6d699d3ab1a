namespace Consent.Storage;

/// <summary>A record as an engine stores it.</summary>
/// <param name="Slot">Of the key under which <paramref name="Body"/> is sealed; null when it is in clear.</param>
/// <param name="Name">The stream's name in clear; null of a stream that speaks of a person, and of a tombstone.</param>
/// <param name="Request">64 bits of the idempotency key, then 64 of the request's hash; null without a key.</param>
internal sealed record StoredRecord(
    long Position, StreamKey Stream, int Epoch, long Version, string Kind, long RecordedAt, long? Slot, string? Name, byte[]? Request, byte[] Body);

/// <summary>
/// Between a record and what lies in the store: names become keyed hashes, and what speaks of a person is sealed under a key of
/// its own stream. All engines use it, and none stores anything else.
/// </summary>
internal sealed class LogCipher(LogSecret secret, ISubjectKeys keys, Func<string, bool> namesNobody)
{
    public LogSecret Secret => secret;

    public ISubjectKeys Keys => keys;

    /// <param name="slotOfNewest">Slot of the stream's newest record; asked for only where the record needs a key and is not the first.</param>
    public async ValueTask<StoredRecord> CloseAsync(NewRecord record, int epoch, Func<StreamKey, ValueTask<long?>> slotOfNewest)
    {
        if (record is not { Stream.Length: > 0, Kind.Length: > 0 } || record.Kind == LogRecord.Erased)
            throw new ArgumentException("A record needs a stream and a kind, and no record but a tombstone is of the kind 'erased'.", nameof(record));
        var stream = secret.KeyOf(record.Stream);
        var stored = new StoredRecord(
            0, stream, epoch, record.Version, record.Kind, record.RecordedAt.ToUnixTimeMilliseconds(), null, null, RequestOf(record), []);
        if (namesNobody(record.Stream)) return stored with { Name = record.Stream, Body = record.Payload.ToArray() };

        var key = record.Version > 1 && await slotOfNewest(stream) is { } slot && await FindAsync(slot) is { } known && keys.Suits(slot, record.Controller)
            ? new SubjectKey(slot, known)
            : await keys.NextAsync(record.Controller);
        return stored with { Slot = key.Slot, Body = Seal.Close(key.Key, record.Stream, record.Payload.Span, stream, epoch, record.Version) };
    }

    /// <summary>See <see cref="IRecordLog.SaltsOfAsync"/>.</summary>
    /// <param name="slots">Of the records' keys, in their order; null where there is none.</param>
    public async ValueTask<IReadOnlyList<byte[]?>> SaltsAsync(IReadOnlyList<LogRecord> records, IReadOnlyList<long?> slots)
    {
        await keys.ExpectAsync([.. slots.OfType<long>()]);
        return [.. records.Zip(slots, (record, slot) => slot is { } known && keys.Find(known) is { } key ? Seal.Salt(key, record.StreamKey, record.Epoch, record.Version) : null)];
    }

    public async ValueTask<IReadOnlyList<LogRecord>> OpenAsync(List<StoredRecord> rows)
    {
        await keys.ExpectAsync([.. rows.Select(r => r.Slot).OfType<long>()]);
        return rows.ConvertAll(Open);
    }

    /// <summary>The record; a tombstone when its key was destroyed, as of an erased stream that came back with an old backup.</summary>
    public LogRecord Open(StoredRecord row)
    {
        var (stream, payload, kind) = (row.Name ?? "", (ReadOnlyMemory<byte>)row.Body, row.Kind);
        if (row.Slot is { } slot)
        {
            if (keys.Find(slot) is { } key) (stream, payload) = Seal.Parts(Seal.Break(key, row.Body, row.Stream, row.Epoch, row.Version));
            else (payload, kind) = (default, LogRecord.Erased);
        }

        return new LogRecord
        {
            Position = row.Position,
            Stream = stream,
            StreamKey = row.Stream,
            Epoch = row.Epoch,
            Version = row.Version,
            Kind = kind,
            Id = secret.IdOf(row.Stream, row.Epoch, row.Version),
            RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.RecordedAt),
            Payload = payload,
        };
    }

    /// <summary>What an appended record reads back as, without opening it again.</summary>
    public LogRecord Appended(NewRecord record, StreamKey stream, int epoch, long position) => new()
    {
        Position = position,
        Stream = record.Stream,
        StreamKey = stream,
        Epoch = epoch,
        Version = record.Version,
        Kind = record.Kind,
        Id = secret.IdOf(stream, epoch, record.Version),
        RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(record.RecordedAt.ToUnixTimeMilliseconds()),
        Payload = record.Payload,
    };

    public static StoredRecord Tombstone(StreamKey stream, int epoch, long version, ReadOnlyMemory<byte> payload, DateTimeOffset at) =>
        new(0, stream, epoch, version, LogRecord.Erased, at.ToUnixTimeMilliseconds(), null, null, null, payload.ToArray());

    public bool IsSameRequest(StoredRecord row, string? requestHash) =>
        row.Request is { Length: 16 } request
        && (requestHash is null ? !request.AsSpan(8).ContainsAnyExcept((byte)0) : request.AsSpan(8).SequenceEqual(secret.Fingerprint(requestHash)));

    private async ValueTask<byte[]?> FindAsync(long slot)
    {
        await keys.ExpectAsync([slot]);
        return keys.Find(slot);
    }

    private byte[]? RequestOf(NewRecord record) => record.IdempotencyKey is { } key
        ? [.. secret.Fingerprint(key), .. record.RequestHash is { } hash ? secret.Fingerprint(hash) : new byte[8]]
        : null;
}
