using Consent.Contracts;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// By which the replicas of a service do each piece of work one at a time: whoever takes the turn of that name has it until it gives it back. A turn lasts 6 seconds by the
/// database's clock and is prolonged every 2; that of a replica which died is another's within 10 seconds, since each looks at least every second.
/// </summary>
/// <remarks>They lie in the table <c>leases</c> of the service's schema; see <see cref="Table"/>.</remarks>
/// <param name="source">For this alone: it does not wait behind those who read.</param>
internal sealed class Turns(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Where they lie: part of a step of the service's schema.</summary>
    public const string Table =
        "CREATE TABLE {0}.leases (name text PRIMARY KEY, holder text NOT NULL, granted_at timestamptz NOT NULL, expires_at timestamptz NOT NULL);";

    /// <summary>Null while another has it, of this replica too.</summary>
    public async Task<Turn?> TakeAsync(string name, CancellationToken cancel)
    {
        // Counted from before the question: it may take a while to be answered.
        var (holder, asked) = (RandomId.New(), time.GetTimestamp());
        // A turn that was granted well after now was granted before the clock jumped back.
        var isMine = await RunAsync(
            """
            INSERT INTO leases AS held VALUES ($1, $2, clock_timestamp(), clock_timestamp() + interval '6 seconds')
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, granted_at = excluded.granted_at, expires_at = excluded.expires_at
            WHERE held.expires_at <= excluded.granted_at OR held.granted_at > excluded.granted_at + interval '1 minute'
            """,
            cancel, name, holder) > 0;
        return isMine ? new Turn(this, name, holder, asked, time) : null;
    }

    /// <summary>False when another took it meanwhile.</summary>
    public async Task<bool> ProlongAsync(string name, string holder, CancellationToken cancel) => await RunAsync(
        "UPDATE leases SET granted_at = clock_timestamp(), expires_at = clock_timestamp() + interval '6 seconds' WHERE name = $1 AND holder = $2", cancel, name, holder) > 0;

    /// <summary>The next one who asks has it. With it go those of work that is no more, which nobody gave back.</summary>
    public Task GiveBackAsync(string name, string holder) => RunAsync(
        "DELETE FROM leases WHERE (name = $1 AND holder = $2) OR expires_at < clock_timestamp() - interval '1 hour'", CancellationToken.None, name, holder);

    private Task<int> RunAsync(string sql, CancellationToken cancel, params object[] values) => PostgresSubscriberStore.RunAsync(source, sql, cancel, values);
}
