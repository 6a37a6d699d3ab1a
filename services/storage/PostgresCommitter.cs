using System.Security.Cryptography;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace Consent.Storage;

/// <summary>
/// The one writer of a replica. Appends that arrive while a commit is under way share the next one: one transaction, one round
/// trip. It begins by taking the lock of the log's head, which gives out positions and is held to the commit: so positions become
/// visible in their order, whatever other replicas do, and no two can wait for each other. A second append to a stream waits for
/// the next transaction.
/// </summary>
internal sealed class PostgresCommitter : IAsyncDisposable
{
    private const int LargestBatch = 512;
    private const int Capacity = 8192;
    private readonly Channel<Work> _waiting = Channel.CreateBounded<Work>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly NpgsqlDataSource _source;
    private readonly string _schema;
    private readonly FollowHead _head;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Task _writer;

    /// <param name="head">Is told of each commit, before anybody is answered. No position is given out that it has seen given out.</param>
    public PostgresCommitter(NpgsqlDataSource source, string schema, FollowHead head)
    {
        (_source, _schema, _head) = (source, schema, head);
        _tag = new KeyValuePair<string, object?>("store", schema);
        _writer = Task.Run(WriteAllAsync);
    }

    /// <param name="closing">The record, as soon as it is sealed: its turn is that of this call, whatever the key for it has to wait for.</param>
    /// <returns>Its position; 0 when it lost.</returns>
    public Task<long> AppendAsync(StreamKey stream, ValueTask<StoredRecord> closing)
    {
        var work = new Work(stream, closing);
        return _waiting.Writer.TryWrite(work)
            ? work.Answer.Task
            : Task.FromException<long>(new LogUnavailableException(_writer.IsCompleted ? "The log is closed." : "Too many writes are waiting."));
    }

    /// <summary>Refuses new appends and finishes those that wait.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _writer;
    }

    private async Task WriteAllAsync()
    {
        var late = new List<Work>();
        while (late.Count > 0 || await _waiting.Reader.WaitToReadAsync())
        {
            var batch = new List<Work>(LargestBatch);
            var streams = new HashSet<StreamKey>();
            var still = new List<Work>();
            foreach (var work in late) (streams.Add(work.Stream) ? batch : still).Add(work);
            while (batch.Count < LargestBatch && _waiting.Reader.TryRead(out var next)) (streams.Add(next.Stream) ? batch : still).Add(next);
            late = still;
            await CloseAsync(batch);
            if (batch.Count > 0) await CommitAsync(batch);
        }
    }

    /// <summary>One that cannot be sealed fails alone.</summary>
    private static async Task CloseAsync(List<Work> batch)
    {
        foreach (var work in batch)
        {
            try
            {
                await work.CloseAsync();
            }
            catch (Exception e)
            {
                work.Answer.SetException(e);
            }
        }

        batch.RemoveAll(work => work.Answer.Task.IsCompleted);
    }

    private async Task CommitAsync(List<Work> batch)
    {
        try
        {
            var known = _head.Known;
            if (await RunAsync(batch, known.Mark) is not { } done)
            {
                // Sealed for an epoch that is over: whoever asked looks again, and decides by what is there.
                await _head.RecoverAsync(known);
                foreach (var work in batch) work.Answer.SetResult(0);
                return;
            }

            var won = done.Won;
            _head.Announce(done.Head, NewestOf(batch, won));
            StorageMetrics.BatchSize.Record(batch.Count, _tag);
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.SetResult(won.GetValueOrDefault(i));
        }
        catch (Exception e)
        {
            // Whatever it is: would the writer end with it, all who append later would wait for ever.
            StorageMetrics.CommitFailures.Add(1, _tag);
            await SettleAsync(batch, e);
        }
    }

    /// <summary>All commands of a batch go in one message and are one transaction: nobody can die holding the lock of the head.</summary>
    /// <returns>Null, and nothing was done, where the head is lower than what is known.</returns>
    private async Task<(Mark Head, Dictionary<int, long> Won)?> RunAsync(List<Work> batch, Mark known)
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new NpgsqlBatchCommand($"UPDATE {_schema}.log SET position = position + $1 * CASE WHEN (epoch, position) >= ($2, $3) THEN 1 ELSE 0 END RETURNING epoch, position")
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = batch.Count },
                new NpgsqlParameter<int> { TypedValue = known.Epoch },
                new NpgsqlParameter<long> { TypedValue = known.Position },
            },
        });
        var insert = new NpgsqlBatchCommand($"""
            INSERT INTO {_schema}.record (position, stream, version, epoch, kind, recorded_at, slot, name, request, body)
            SELECT head.position - $10 + ord, t.stream, t.version, t.epoch, t.kind, t.recorded_at, t.slot, t.name, t.request, t.body
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) WITH ORDINALITY AS t (stream, version, epoch, kind, recorded_at, slot, name, request, body, ord),
                {_schema}.log AS head
            WHERE t.epoch = head.epoch AND (head.epoch, head.position - $10) >= ($11, $12)
            AND t.version = 1 + coalesce((SELECT max(version) FROM {_schema}.record AS r WHERE r.stream = t.stream), 0)
            AND (t.request IS NULL OR NOT EXISTS (
                SELECT 1 FROM {_schema}.record AS r WHERE r.stream = t.stream AND substr(r.request, 1, 8) = substr(t.request, 1, 8)))
            ON CONFLICT DO NOTHING
            RETURNING position
            """);
        var rows = batch.ConvertAll(w => w.Row);
        insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. rows.Select(r => r.Stream.ToArray())] });
        insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(r => r.Version)] });
        insert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. rows.Select(r => r.Epoch)] });
        insert.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. rows.Select(r => r.Kind)] });
        insert.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. rows.Select(r => r.RecordedAt)] });
        insert.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Slot).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        insert.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        insert.Parameters.Add(new NpgsqlParameter { Value = rows.Select(r => r.Request).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. rows.Select(r => r.Body)] });
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = batch.Count });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = known.Epoch });
        insert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known.Position });
        commands.BatchCommands.Add(insert);
        await using var reader = await commands.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (epoch, head) = (reader.GetInt32(0), reader.GetInt64(1));
        await reader.NextResultAsync();
        var won = new Dictionary<int, long>();
        while (await reader.ReadAsync()) won[(int)(reader.GetInt64(0) - (head - batch.Count) - 1)] = reader.GetInt64(0);
        // The transaction is committed when the server is ready again, which the end of the last result says.
        while (await reader.NextResultAsync())
        {
        }

        return Restored.Since(known, epoch, head) ? null : (new Mark(epoch, head), won);
    }

    private static SeenRecord? NewestOf(List<Work> batch, Dictionary<int, long> won)
    {
        if (won.Count == 0) return null;
        var (index, position) = won.MaxBy(one => one.Value);
        var row = batch[index].Row;
        return new SeenRecord(position, row.Stream, row.Version, SHA256.HashData(row.Body));
    }

    /// <summary>
    /// The connection broke, or what not: it may have been committed all the same. A sealed record bears a random nonce, so what stands under its
    /// place is this very append or another; where that cannot be read, nothing is said.
    /// </summary>
    private async Task SettleAsync(List<Work> batch, Exception failure)
    {
        foreach (var work in batch)
        {
            try
            {
                await using var command = _source.CreateCommand($"SELECT position, body FROM {_schema}.record WHERE stream = $1 AND version = $2");
                command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = work.Row.Stream.ToArray() });
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = work.Row.Version });
                await using var reader = await command.ExecuteReaderAsync();
                if (await reader.ReadAsync() && reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(work.Row.Body)) work.Answer.TrySetResult(reader.GetInt64(0));
                else work.Answer.TrySetException(new LogUnavailableException("The commit failed.", failure));
            }
            catch (Exception)
            {
                work.Answer.TrySetException(new LogUnavailableException("The commit failed, and whether it was made could not be read.", failure));
            }
        }
    }

    private sealed class Work(StreamKey stream, ValueTask<StoredRecord> closing)
    {
        public StreamKey Stream => stream;

        public StoredRecord Row { get; private set; } = null!;

        public TaskCompletionSource<long> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask CloseAsync() => Row = await closing;
    }
}
