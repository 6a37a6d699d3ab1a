using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Consent.Subscriber;

/// <summary>Writes into a subscriber's file: statements prepared once, because a message costs little else.</summary>
internal sealed class SqliteSubscriberWriter : SubscriberWriter
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);
    private SqliteTransaction? _transaction;

    public SqliteSubscriberWriter(string connection)
    {
        _connection = new SqliteConnection(connection);
        _connection.Open();
        Run(FileWriting.Settings);
    }

    protected override string IsForeign =>
        "typeof(stream) = 'blob' OR length(stream) <> 20 OR stream GLOB '*[^0-9a-f]*' OR epoch NOT BETWEEN 0 AND 2147483647 OR typeof(version) <> 'integer'";

    public override void Begin() => _transaction = _connection.BeginTransaction(deferred: false);

    public override void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    public override int Run(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    public override List<T> List<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Bound(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    public override long Place() => 0;

    public override long Declared() => 0;

    public override IReadOnlyList<string> TouchedBehind(long place, string after, string through) => [];

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

    public override void Dispose()
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
