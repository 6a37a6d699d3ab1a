using System.Data.Common;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>Writes into the schema of one subscriber, under a lock by which its replicas write one after the other.</summary>
internal sealed class PostgresSubscriberWriter(NpgsqlDataSource source, long key) : SubscriberWriter
{
    private readonly NpgsqlConnection _connection = source.OpenConnection();
    private NpgsqlTransaction? _transaction;

    /// <summary>In the words of the index <c>receipts_foreign</c>.</summary>
    protected override string IsForeign => "length(stream) <> 20 OR stream ~ '[^0-9a-f]' OR epoch < 0";

    /// <summary>The lock is a statement of its own: what waited for it sees, in the next, what was written meanwhile.</summary>
    public override void Begin()
    {
        _transaction = _connection.BeginTransaction();
        Run("SELECT pg_advisory_xact_lock($1)", key);
    }

    public override void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    public override int Run(string sql, params ReadOnlySpan<object?> values)
    {
        using var command = Bound(sql, values);
        return command.ExecuteNonQuery();
    }

    public override List<T> List<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var command = Bound(sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    public override long Place() => List("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM place", r => r.GetInt64(0))[0];

    public override long Declared() => List("SELECT coalesce(max(seq), 0) FROM declarations", r => r.GetInt64(0))[0];

    public override IReadOnlyList<string> TouchedBehind(long place, string after, string through) => List(
        """
        SELECT stream FROM receipts WHERE stream > $1 AND stream <= $2 AND seq > $3
        UNION SELECT stream FROM tombstones WHERE stream > $1 AND stream <= $2 AND seq > $3
        """,
        r => r.GetString(0), after, through, place);

    public override int Sweep() => ByIndex(base.Sweep);

    public override int SweepUnnamed() => ByIndex(base.SweepUnnamed);

    /// <summary>Gives the connection back, and with it what was not committed.</summary>
    public override void Dispose() => _connection.Dispose();

    /// <summary>There are next to none such rows, which the planner cannot know: it would read the whole table, behind which all writing waits.</summary>
    private int ByIndex(Func<int> sweep)
    {
        Run("SET LOCAL enable_seqscan = off");
        var swept = sweep();
        Run("SET LOCAL enable_seqscan TO DEFAULT");
        return swept;
    }

    private NpgsqlCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, _connection, _transaction);
        foreach (var value in values) command.Parameters.AddWithValue(value ?? DBNull.Value);
        return command;
    }
}
