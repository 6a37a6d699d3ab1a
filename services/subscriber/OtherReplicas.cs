using Consent.Contracts;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Consent.Subscriber;

/// <summary>
/// What a replica has to do with the others of its service: one of them at a time loads, or compares, and is brought the answers to its questions, whichever
/// replica took them from the queue that they share. The turn lasts 6 seconds by the database's clock; whoever died has it no longer than that.
/// </summary>
/// <param name="source">For this alone: it does not wait behind those who ask what is permitted.</param>
internal sealed class OtherReplicas(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan ProlongAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CurrentFor = TimeSpan.FromSeconds(10);
    private readonly string _holder = RandomId.New();
    private volatile bool _isMine;
    private long _asked;
    private long _looked = time.GetTimestamp();
    private (string Ground, long Place)? _stoodOn;
    private int _grounds;

    /// <summary>Whether what they did is known here, as of 10 seconds ago at most: behind that, what is in force and whether all is loaded is anybody's guess.</summary>
    public bool IsCurrent => time.GetElapsedTime(Volatile.Read(ref _looked)) < CurrentFor;

    /// <summary>How often the database was found to be another one, or to have lost what was written: started again, taken over by its standby, restored.</summary>
    public int Grounds => Volatile.Read(ref _grounds);

    /// <summary>All that they did before this timestamp is known here.</summary>
    public async Task LookedAsync(long began, CancellationToken cancel)
    {
        var (ground, place) = await GroundAsync(cancel);
        if (_stoodOn is { } before && (ground != before.Ground || place < before.Place)) Interlocked.Increment(ref _grounds);
        _stoodOn = (ground, place);
        Volatile.Write(ref _looked, began);
    }

    /// <summary>Whether it is this replica's turn, asked for or prolonged when it is time. Two may believe so at once: what they do must bear it.</summary>
    public async Task<bool> IsMineAsync(CancellationToken cancel)
    {
        if (_isMine && time.GetElapsedTime(Volatile.Read(ref _asked)) < ProlongAfter) return true;
        // Counted from before the question: it may take a while to be answered.
        var asked = time.GetTimestamp();
        _isMine = false;
        // A turn that was granted well after now was granted before the clock jumped back.
        _isMine = await RunAsync(
            """
            INSERT INTO turns AS held VALUES ('load', $1, clock_timestamp(), clock_timestamp() + interval '6 seconds')
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, granted_at = excluded.granted_at, expires_at = excluded.expires_at
            WHERE held.holder = excluded.holder OR held.expires_at <= excluded.granted_at OR held.granted_at > excluded.granted_at + interval '1 minute'
            """,
            cancel, _holder) > 0;
        Volatile.Write(ref _asked, asked);
        return _isMine;
    }

    /// <summary>The next one who asks has it.</summary>
    public async Task GiveBackAsync()
    {
        if (!_isMine) return;
        _isMine = false;
        await RunAsync("DELETE FROM turns WHERE name = 'load' AND holder = $1", CancellationToken.None, _holder);
    }

    /// <summary>Says that this question is about to be asked, so that an answer which comes to another replica is left; for a minute, see <see cref="FollowOthers"/>.</summary>
    public Task AwaitAsync(string question, CancellationToken cancel) =>
        RunAsync("INSERT INTO letters (question, body) VALUES ($1, '') ON CONFLICT DO NOTHING", cancel, question);

    /// <summary>No answer to these is waited for any more; one that was left goes.</summary>
    public Task GiveUpAsync(IReadOnlyCollection<string> questions, CancellationToken cancel) =>
        RunAsync("DELETE FROM letters WHERE question = ANY($1)", cancel, (object)questions.ToArray());

    /// <summary>Leaves an answer to a question that another replica asked. One for which nobody waits is passed over: receipts lie in it.</summary>
    public Task LeaveAsync<T>(string question, T answer, CancellationToken cancel) =>
        RunAsync("UPDATE letters SET body = $2 WHERE question = $1", cancel, question, ContractJson.Write(answer));

    /// <summary>Has the answers handled that others leave, while there are open questions; ends when it is stopped.</summary>
    public async Task BringAsync<T>(Func<IReadOnlyCollection<string>> open, Func<T, CancellationToken, Task> handle, ILogger log, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                if (open() is { Count: > 0 } questions)
                    foreach (var letter in await TakeAsync(questions, stopping)) await handle(ContractJson.Read<T>(letter), stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                log.LogDebug("An answer that another replica may have taken could not be looked for ({Reason}); it is tried again.", e.GetType().Name);
            }
        }
    }

    private async Task<List<byte[]>> TakeAsync(IReadOnlyCollection<string> questions, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("DELETE FROM letters WHERE question = ANY($1) AND body <> '' RETURNING body");
        command.Parameters.AddWithValue(questions.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var letters = new List<byte[]>();
        while (await reader.ReadAsync(cancel)) letters.Add(reader.GetFieldValue<byte[]>(0));
        return letters;
    }

    private async Task<(string Ground, long Place)> GroundAsync(CancellationToken cancel)
    {
        await using var command = source.CreateCommand(FollowCommits.Ground);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        return (reader.GetString(0), reader.GetInt64(2));
    }

    private Task<int> RunAsync(string sql, CancellationToken cancel, params object[] values) => PostgresSubscriberStore.RunAsync(source, sql, cancel, values);
}
