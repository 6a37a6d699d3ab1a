using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>How a service speaks to what is its own in a database that it shares with others: the schema that is named like it.</summary>
internal static class ServiceSchema
{
    public static string Of(string service) => service.Replace('-', '_');

    public static NpgsqlDataSource SourceOf(string connection, string schema) => NpgsqlDataSource.Create(ConnectionTo(connection, schema));

    /// <param name="connection">Npgsql connection string; how many connections it says go before ours.</param>
    // As the logs speak to the same database; ten connections to read, since many pools share what a server takes.
    public static string ConnectionTo(string connection, string schema) => new NpgsqlConnectionStringBuilder("Maximum Pool Size=10;Gss Encryption Mode=Disable;No Reset On Close=true;" + connection)
    {
        SearchPath = schema,
        MaxAutoPrepare = 40,
        AutoPrepareMinUsages = 2,
        Timeout = 5,
        CommandTimeout = 10,
        // What is cut off by the network gives its locks back, also while something is on its way to it.
        Options = "-c lock_timeout=8s -c idle_in_transaction_session_timeout=8s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s",
        Enlist = false,
    }.ToString();

    /// <summary>Of the lock by which replicas write one after the other.</summary>
    /// <param name="what">What they write; each has a lock of its own.</param>
    public static long LockOf(string what, string schema) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"consent {what} {schema}")));
}
