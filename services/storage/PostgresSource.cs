using Npgsql;

namespace Consent.Storage;

/// <summary>How a database is spoken to.</summary>
internal static class PostgresSource
{
    /// <summary>One connection, for one who writes: he does not queue with those who read.</summary>
    public static NpgsqlDataSource ForOneWriter(string connection) => Of($"{connection};Maximum Pool Size=1;Minimum Pool Size=0");

    /// <param name="connection">Npgsql connection string; what it sets goes before what is set here, where it says how many connections.</param>
    // Npgsql's 100 connections for each of data and keys, by some replicas of three services, are more than a server takes; whoever
    // sets another number comes behind, and wins. A connection goes back as it is: whatever is set is set for a transaction alone, and
    // resetting it was half of the statements that the server was sent.
    public static NpgsqlDataSource Of(string connection) => new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder("Maximum Pool Size=10;Gss Encryption Mode=Disable;No Reset On Close=true;" + connection)
    {
        MaxAutoPrepare = 40,
        AutoPrepareMinUsages = 2,
        Timeout = 5,
        CommandTimeout = 10,
        // What is cut off by the network gives its locks back.
        Options = "-c lock_timeout=8s -c idle_in_transaction_session_timeout=8s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s",
        Enlist = false,
    }.ToString()).Build();
}
