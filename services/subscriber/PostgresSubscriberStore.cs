using System.Runtime.CompilerServices;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// What one subscriber holds, on PostgreSQL, in a schema named like the service: any replica of it keeps and answers all. Each replica has one writer,
/// which commits those that wait together; replicas write one after the other.
/// </summary>
internal sealed class PostgresSubscriberStore : ISubscriberStore
{
    private const string Columns = "site, subject, epoch, version, body, stream, digest";
    private readonly NpgsqlDataSource _source;

    /// <summary>For what must not wait behind those who ask what is permitted: writing, the others, readiness.</summary>
    private readonly NpgsqlDataSource _own;
    private readonly WriteTogether<SubscriberWriter> _writing;
    private readonly FollowCommits _follow;

    /// <param name="connection">Npgsql connection string; how many connections it says go before ours.</param>
    /// <exception cref="InvalidOperationException">The schema is of a newer release.</exception>
    public PostgresSubscriberStore(string connection, string service, TimeProvider time)
    {
        var schema = ServiceSchema.Of(service);
        _source = ServiceSchema.SourceOf(connection, schema);
        _own = ServiceSchema.SourceOf(connection + ";Maximum Pool Size=4;Minimum Pool Size=0", schema);
        PostgresSubscriberSchema.Steps.BringUpToDate(_source, schema);
        var key = ServiceSchema.LockOf("subscriber", schema);
        _writing = new WriteTogether<SubscriberWriter>(() => new PostgresSubscriberWriter(_own, key), writer => writer.Changes.Clear(), IsAway);
        _follow = new FollowCommits(_source);
        Others = new OtherReplicas(_own, time);
    }

    public OtherReplicas? Others { get; }

    public static void BringUpToDate(string connection, string service)
    {
        using var source = ServiceSchema.SourceOf(connection, ServiceSchema.Of(service));
        PostgresSubscriberSchema.Steps.BringUpToDate(source, ServiceSchema.Of(service));
    }

    public async Task<T> WriteAsync<T>(Func<SubscriberWriter, T> write, CancellationToken cancel)
    {
        try
        {
            return await _writing.WriteAsync(write, cancel);
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Unavailable(e);
        }
    }

    public HeldReceipt? Find(string site, string subject) =>
        Read($"SELECT {Columns} FROM receipts WHERE site = $1 AND subject = $2", Receipt, site, subject).FirstOrDefault();

    public IReadOnlyList<HeldReceipt> Find(string site, string[] subjects) =>
        Read($"SELECT {Columns} FROM receipts WHERE site = $1 AND subject = ANY($2)", Receipt, site, subjects);

    public async Task<int> CountAsync(CancellationToken cancel)
    {
        await using var command = _source.CreateCommand("SELECT count(*)::integer FROM receipts");
        return (int)(await command.ExecuteScalarAsync(cancel))!;
    }

    public async IAsyncEnumerable<HeldReceipt> BetweenAsync(string after, string until, [EnumeratorCancellation] CancellationToken cancel)
    {
        await using var command = _source.CreateCommand($"SELECT {Columns} FROM receipts WHERE stream > $1 AND stream <= $2");
        command.Parameters.AddWithValue(after);
        command.Parameters.AddWithValue(until);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) yield return Receipt(reader);
    }

    public IReadOnlyList<HeldDeclaration> Declarations() =>
        Read("SELECT site, version, hash, body, digest FROM declarations", SubscriberWriter.Declaration);

    public async Task CheckAsync(CancellationToken cancel)
    {
        await using var command = _own.CreateCommand("SELECT 1 FROM declarations LIMIT 1");
        await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>Of a deleted row nothing can be read; its bytes go when the database next cleans the table (VACUUM), and its log when that is recycled.</summary>
    public void WipeDeleted()
    {
    }

    public Task FollowAsync(Func<string, bool> concerns, Action<IReadOnlyList<ReceiptChange>> told, CancellationToken cancel) => _follow.BeginAsync(concerns, told, cancel);

    public ValueTask<bool> CatchUpAsync(CancellationToken cancel) => _follow.CatchUpAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await _writing.DisposeAsync();
        _follow.Dispose();
        await _own.DisposeAsync();
        await _source.DisposeAsync();
    }

    /// <summary>The database is away, or has something else to do: not what it says of one write alone.</summary>
    internal static bool IsAway(Exception e) => e is NpgsqlException and not PostgresException { SqlState: ['2', '2' or '3', ..] } or ObjectDisposedException;

    internal static StoreUnavailableException Unavailable(Exception e) => new("The database could not do it.", e);

    /// <summary>One statement; how many rows it changed. Throws <see cref="StoreUnavailableException"/>.</summary>
    internal static async Task<int> RunAsync(NpgsqlDataSource source, string sql, CancellationToken cancel, params object[] values)
    {
        try
        {
            await using var command = source.CreateCommand(sql);
            foreach (var value in values) command.Parameters.AddWithValue(value);
            return await command.ExecuteNonQueryAsync(cancel);
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Unavailable(e);
        }
    }

    private List<T> Read<T>(string sql, Func<NpgsqlDataReader, T> read, params ReadOnlySpan<object> values)
    {
        try
        {
            using var command = _source.CreateCommand(sql);
            foreach (var value in values) command.Parameters.AddWithValue(value);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read()) rows.Add(read(reader));
            return rows;
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Unavailable(e);
        }
    }

    private static HeldReceipt Receipt(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt64(3), row.GetFieldValue<byte[]>(4), row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6));
}
