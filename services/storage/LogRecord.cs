using Consent.Contracts;

namespace Consent.Storage;

/// <summary>One record of a log, as committed. It never changes.</summary>
public sealed record LogRecord
{
    /// <summary>The kind of a tombstone: all that is left of an erased stream. Its payload names nobody, and may be empty.</summary>
    public const string Erased = "erased";

    /// <summary>The <see cref="Position"/> of a record of which it is not known: behind all that are.</summary>
    public const long Unplaced = long.MaxValue;

    /// <summary>
    /// Its place in the feed of its log: ascending within a stream, unique, with gaps, and the same for whoever asks and whenever. Across streams it says in which order the feed tells them,
    /// and not which was committed first; across logs it says nothing. <see cref="Unplaced"/> where it is not known, as an engine may not know it that gives out places behind the commit: of a
    /// record that was read from the feed, or found by its position, it always is. Whoever needs it of another asks for it (<see cref="PlacedRecords.PlacedAsync(IRecordLog, LogRecord, CancellationToken)"/>).
    /// </summary>
    public required long Position { get; init; }

    /// <summary>Whether its <see cref="Position"/> is known.</summary>
    public bool IsPlaced => Position != Unplaced;

    /// <summary>Whatever counts its versions by itself, such as <c>receipt/{site}/{subject}</c>. May name a person: not for logs or metrics. Empty for a tombstone.</summary>
    public required string Stream { get; init; }

    /// <summary>The stream's name in the store, which a tombstone has too.</summary>
    public required StreamKey StreamKey { get; init; }

    /// <summary>Generation of the log when it was written, from 1. Of two records of one stream, the higher (epoch, version) is newer.</summary>
    public required int Epoch { get; init; }

    /// <summary>Gapless count within the stream, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>What sort of record it is, in the words of the service that writes it.</summary>
    public required string Kind { get; init; }

    /// <summary>Unique in the log; see <see cref="IRecordLog.IdOf"/>.</summary>
    public required string Id { get; init; }

    /// <summary>UTC, to the millisecond, by the clock of the service that wrote it.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>Byte for byte as it was appended.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The payload, read by <see cref="ContractJson"/>. Throws <see cref="System.Text.Json.JsonException"/> when it is no <typeparamref name="T"/>.</summary>
    public T Read<T>() => ContractJson.Read<T>(Payload.Span);
}

/// <summary>A record that somebody wants to append.</summary>
public sealed record NewRecord
{
    /// <summary>Not empty; see <see cref="LogRecord.Stream"/>.</summary>
    public required string Stream { get; init; }

    /// <summary>The version it wants: one more than the newest of the stream, 1 for the first.</summary>
    public required long Version { get; init; }

    /// <summary>Not empty; see <see cref="LogRecord.Kind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>UTC; cut to the millisecond.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    /// <summary>JSON, or whatever the service reads back. Not to be changed by the caller until the append is answered.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>
    /// Id of the controller that it belongs to: under whose key the key of its stream is put, and with which it ends. Null where the caller does not know it:
    /// then under what the stream lies under already, or the key of the service.
    /// </summary>
    public string? Controller { get; init; }

    /// <summary>Unique within the stream; null for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Its fingerprint is kept beside the key's, so that the caller can tell a repeat from another request under the same key.</summary>
    public string? RequestHash { get; init; }
}

/// <summary>What became of an append.</summary>
public abstract record AppendOutcome
{
    private AppendOutcome()
    {
    }

    /// <summary>It is in the log, durably.</summary>
    public sealed record Appended(LogRecord Record) : AppendOutcome;

    /// <summary>
    /// It is not in the log: the version is not the next one, its idempotency key is in use, or the log was restored meanwhile. Read again and decide
    /// again. What it lost against is durable.
    /// </summary>
    public sealed record Conflict : AppendOutcome
    {
        public static Conflict Found { get; } = new();
    }
}

/// <summary>A record that was appended under an idempotency key.</summary>
/// <param name="SameRequest">Whether the request that made it had the hash that was asked with.</param>
public sealed record KeyedRecord(LogRecord Record, bool SameRequest);

/// <summary>
/// The log could not commit, or not be read (disk full, disk failing, database away, queue full, shutting down). The append was
/// very likely not made, but that is not promised: answer 503, and let the caller repeat under its idempotency key.
/// </summary>
public sealed class LogUnavailableException(string message, Exception? inner = null) : Exception(message, inner), ServiceDefaults.IUnavailable;

/// <summary>The file was written by a later version of this software, and is left alone.</summary>
public sealed class NewerSchemaException(string message) : Exception(message);
