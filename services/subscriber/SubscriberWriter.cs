using System.Data.Common;
using System.Globalization;
using Consent.Contracts;

namespace Consent.Subscriber;

/// <summary>What is written into a subscriber's store, in the SQL that SQLite and PostgreSQL have in common. One thread at a time.</summary>
internal abstract class SubscriberWriter : IFileWriter
{
    /// <summary>What stands twice in a tombstone's row, so that it shows when it was not written here.</summary>
    private const string Written = "tombstones.stream || ' ' || CAST(tombstones.epoch AS TEXT) || ' ' || CAST(tombstones.version AS TEXT)";

    /// <summary>What was done to receipts since the last commit, in its order.</summary>
    public List<ReceiptChange> Changes { get; } = [];

    /// <summary>True of receipts that lie under something else than a stream's hash, or with numbers that none has.</summary>
    protected abstract string IsForeign { get; }

    public abstract void Begin();

    public abstract void Commit();

    public abstract void Dispose();

    /// <returns>How many rows it changed.</returns>
    public abstract int Run(string sql, params ReadOnlySpan<object?> values);

    public abstract List<T> List<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values);

    /// <summary>Where what is written next goes; 0 where nobody else writes.</summary>
    public abstract long Place();

    /// <summary>Streams of a range of which something was written behind the place, whoever did it; none where nobody else writes.</summary>
    public abstract IReadOnlyList<string> TouchedBehind(long place, string after, string through);

    /// <summary>Where the declaration lies that was written last; 0 where nobody else writes.</summary>
    public abstract long Declared();

    /// <summary>Keeps a receipt if it is newer than what is held and than the tombstone of its stream, or <paramref name="whatever"/> is held.</summary>
    /// <returns>Whether it is the one that is held now.</returns>
    public bool Keep(Receipt receipt, string? stream, bool whatever = false)
    {
        var kept = HeldReceipts.Trimmed(receipt);
        var changed = Run(
            $"""
            INSERT INTO receipts (site, subject, epoch, version, body, stream, digest)
            SELECT $1, $2, $3, $4, $5, CAST($6 AS TEXT), CAST($7 AS TEXT)
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
        WHERE (excluded.epoch, excluded.version) > (tombstones.epoch, tombstones.version) OR tombstones.written IS DISTINCT FROM {Written}
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

    public List<HeldDeclaration> Declarations() => List("SELECT site, version, hash, body, digest FROM declarations", Declaration);

    public int Keep(PublishedDeclaration declaration)
    {
        var body = ContractJson.Write(declaration);
        return Run(
            """
            INSERT INTO declarations (site, version, hash, body, digest) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (site, version, hash) DO UPDATE SET body = excluded.body, digest = excluded.digest
            """,
            declaration.Declaration.Site, declaration.Version, declaration.Hash, body, HeldDeclarations.DigestOf(body));
    }

    /// <summary>
    /// Deletes what no message can have written, and what therefore no comparison would ever reach, or would stumble over: rows under
    /// something else than a stream's hash, and tombstones that were not written here, which would keep out what the log holds.
    /// </summary>
    /// <returns>How many rows are gone.</returns>
    public virtual int Sweep() =>
        Delete(IsForeign)
        + Run($"DELETE FROM tombstones WHERE written IS DISTINCT FROM {Written}");

    /// <summary>The same with rows that have no stream: before events named theirs there were such, so whoever calls this knows that the sender does.</summary>
    public virtual int SweepUnnamed() => Delete("stream IS NULL");

    internal static HeldDeclaration Declaration(DbDataReader row) =>
        new(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetFieldValue<byte[]>(3), row.IsDBNull(4) ? null : row.GetString(4));
}
