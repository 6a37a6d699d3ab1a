using System.Globalization;
using Consent.Contracts;
using Microsoft.Data.Sqlite;

namespace Consent.Subscriber;

/// <summary>What is written into a subscriber's file: statements prepared once, because a message costs little else. One thread at a time.</summary>
internal sealed class SubscriberWriter : IFileWriter
{
    /// <summary>What stands twice in a tombstone's row, so that it shows when it was not written here.</summary>
    private const string Written = "stream || ' ' || epoch || ' ' || version";

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    public SubscriberWriter(string connection)
    {
        _connection = new SqliteConnection(connection);
        _connection.Open();
        Run(FileWriting.Settings);
    }

    /// <summary>What was done to receipts since the last commit, in its order.</summary>
    public List<ReceiptChange> Changes { get; } = [];

    public void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    public void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    /// <returns>How many rows it changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    public List<T> List<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bound(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Keeps a receipt if it is newer than what is held and than the tombstone of its stream, or <paramref name="whatever"/> is held.</summary>
    /// <returns>Whether it is the one that is held now.</returns>
    public bool Keep(Receipt receipt, string? stream, bool whatever = false)
    {
        var kept = HeldReceipts.Trimmed(receipt);
        var changed = Run(
            $"""
            INSERT INTO receipts (site, subject, epoch, version, body, stream, digest)
            SELECT $1, $2, $3, $4, $5, $6, $7
            WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE stream = $6 AND (epoch, version) >= ($3, $4))
            ON CONFLICT (site, subject) DO UPDATE
            SET epoch = excluded.epoch, version = excluded.version, body = excluded.body, stream = excluded.stream, digest = excluded.digest
            {(whatever ? "" : "WHERE (excluded.epoch, excluded.version) > (receipts.epoch, receipts.version)")}
            """,
            receipt.Site, receipt.SubjectId, receipt.Epoch, receipt.Version, ContractJson.Write(kept), stream,
            stream is null ? null : StateDigest.Of(stream, kept).ToString());
        if (changed > 0) Changes.Add(ReceiptChange.To(receipt.Site, receipt.SubjectId, HeldReceipts.Readable(kept)));
        return changed > 0 || List(
            "SELECT 1 FROM receipts WHERE site = $1 AND subject = $2 AND epoch = $3 AND version = $4", _ => true,
            receipt.Site, receipt.SubjectId, receipt.Epoch, receipt.Version).Count > 0;
    }

    /// <summary>The erasure that the receipt is from before; null when there is none.</summary>
    public ErasedSubject? ErasureOf(Receipt receipt, string stream) => List(
        "SELECT erased_at, reason FROM tombstones WHERE stream = $1 AND (epoch, version) >= ($2, $3)",
        row => new ErasedSubject(
            receipt.Site, receipt.SubjectId, row.IsDBNull(0) ? receipt.RecordedAt : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
            row.IsDBNull(1) ? null : (ErasureReason)row.GetInt32(1)),
        stream, receipt.Epoch, receipt.Version).FirstOrDefault();

    /// <summary>Keeps the tombstone; what is held of the stream stays until <see cref="Erase"/>.</summary>
    public void Bury(ConsentErased e) => Run(
        $"""
        INSERT INTO tombstones (stream, epoch, version, written, erased_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (stream) DO UPDATE
        SET epoch = excluded.epoch, version = excluded.version, written = excluded.written, erased_at = excluded.erased_at, reason = excluded.reason
        WHERE (excluded.epoch, excluded.version) > (tombstones.epoch, tombstones.version) OR tombstones.written IS NOT {Written}
        """,
        e.Stream, e.Epoch, e.Version, string.Create(CultureInfo.InvariantCulture, $"{e.Stream} {e.Epoch} {e.Version}"), e.ErasedAt.ToUnixTimeMilliseconds(), (int?)e.Reason);

    /// <returns>How many rows are gone.</returns>
    public int Erase(ConsentErased e)
    {
        Bury(e);
        return Delete("stream = $1 AND (epoch, version) <= ($2, $3)", e.Stream, e.Epoch, e.Version);
    }

    /// <summary>Deletes the receipts for which this holds.</summary>
    /// <returns>How many rows are gone.</returns>
    public int Delete(string condition, params ReadOnlySpan<object?> values)
    {
        var gone = List($"DELETE FROM receipts WHERE {condition} RETURNING site, subject", r => ReceiptChange.Gone(r.GetString(0), r.GetString(1)), values);
        Changes.AddRange(gone);
        return gone.Count;
    }

    /// <summary>Has rows told as if they were written now: so many of those behind one, as far as their subjects are concerned.</summary>
    /// <returns>The last one; null when there are none behind it.</returns>
    public long? Tell(long after, int most, Func<string, bool> concerns)
    {
        var rows = List(
            "SELECT rowid, site, subject, body FROM receipts WHERE rowid > $1 ORDER BY rowid LIMIT $2",
            r => (Place: r.GetInt64(0), Held: new HeldReceipt(r.GetString(1), r.GetString(2), 0, 0, r.GetFieldValue<byte[]>(3), null, null)), after, most);
        Changes.AddRange(rows.Where(row => concerns(row.Held.Subject)).Select(row => ReceiptChange.To(row.Held.Site, row.Held.Subject, HeldReceipts.Read(row.Held))));
        return rows.Count == 0 ? null : rows[^1].Place;
    }

    public int Keep(PublishedDeclaration declaration)
    {
        var body = ContractJson.Write(declaration);
        return Run(
            """
            INSERT INTO declarations (site, version, hash, body, digest) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO UPDATE SET body = excluded.body, digest = excluded.digest
            """,
            declaration.Declaration.Site, declaration.Version, declaration.Hash, body, HeldDeclarations.DigestOf(body));
    }

    /// <summary>
    /// Deletes what no message can have written, and what therefore no comparison would ever reach, or would stumble over: rows under
    /// something else than a stream's hash, and tombstones that were not written here, which would keep out what the log holds.
    /// </summary>
    /// <returns>How many rows are gone.</returns>
    public int Sweep() =>
        Delete("typeof(stream) = 'blob' OR length(stream) <> 20 OR stream GLOB '*[^0-9a-f]*' OR epoch NOT BETWEEN 0 AND 2147483647 OR typeof(version) <> 'integer'")
        + Run($"DELETE FROM tombstones WHERE written IS NOT {Written}");

    /// <summary>The same with rows that have no stream: before events named theirs there were such, so whoever calls this knows that the sender does.</summary>
    public int SweepUnnamed() => Delete("stream IS NULL");

    public void Dispose()
    {
        foreach (var command in _prepared.Values) command.Dispose();
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
            command.CommandText = sql;
            for (var i = 1; i <= values.Length; i++) command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared[sql] = command;
        }

        command.Transaction = _transaction;
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command;
    }
}
