using System.Text.Json;
using Consent.Contracts;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// Erasures whose records are husks, and whose keys could not be destroyed yet, as while the account of keys can be read and not be written. They are written down beside the order, so that
/// nothing else waits for them, and are tried again every two seconds by whoever wrote one down, and once a minute by each process, until all are done. Safe for many threads and replicas.
/// </summary>
internal sealed class UnfinishedErasures(CosmosContainer order, ISubjectKeys keys) : IDisposable
{
    private const string Partition = "unfinished";
    private const string Operation = "erase";
    private const int AtOnce = 100;

    /// <summary>In so many rounds it is looked once for what other processes wrote down. 3 request units.</summary>
    private const int Rounds = 30;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _closing = new();
    private Task _running = Task.CompletedTask;
    private volatile int _left;

    /// <summary>Whether some are left, as far as this process knows.</summary>
    public bool IsBehind => _left > 0;

    /// <summary>What an operator should know; null while none is left.</summary>
    public string? Alarm => _left is > 0 and var left ? $"the keys of {left} erasures or more could not be destroyed: let the account of keys be written to" : null;

    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>On return it is written down, durably. Throws <see cref="LogUnavailableException"/>.</summary>
    /// <param name="tombstone">Names the keys that are to be destroyed.</param>
    public async Task NoteAsync(JsonElement tombstone)
    {
        var (id, writeId, by) = ($"{CosmosDocuments.PartitionOf(tombstone)}-{CosmosDocuments.IdOf(CosmosDocuments.VersionOf(tombstone))}", RandomId.New(), Begin());
        var json = ToJson(id, writeId, CosmosDocuments.SlotsOf(tombstone));
        // It may stand there as one that is done, where the account of keys was put back since.
        if (!await order.CreateSameAsync(Partition, id, json, by, Operation)) await order.ReplaceAsync(Partition, id, json, writeId, null, by, Operation);
        _left = Math.Max(_left, 1);
    }

    /// <summary>Destroys the keys of all that are written down. Throws <see cref="LogUnavailableException"/>: then some are left.</summary>
    public async Task FinishAsync()
    {
        var open = new QueryDefinition("SELECT TOP @max * FROM c WHERE c.o > @after ORDER BY c.o").WithParameter("@max", AtOnce).WithParameter("@after", "");
        while (await order.QueryAsync(Partition, open, Begin(), Operation) is { Count: > 0 } some)
        {
            _left = some.Count;
            foreach (var one in some)
            {
                keys.Destroy(CosmosDocuments.SlotsOf(one));
                var (id, writeId) = (one.GetProperty("id").GetString()!, RandomId.New());
                // One that was written down anew meanwhile stays.
                await order.ReplaceAsync(Partition, id, ToJson(id, writeId, null), writeId, one.GetProperty("_etag").GetString(), Begin(), Operation);
            }
        }

        _left = 0;
    }

    /// <summary>Ends when what is under way has ended, after seconds at most.</summary>
    public void Dispose()
    {
        _closing.Cancel();
        _running.GetAwaiter().GetResult();
        _closing.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(Round);
            for (var round = 0; await timer.WaitForNextTickAsync(_closing.Token); round++)
            {
                if (round % Rounds > 0 && !IsBehind) continue;
                try
                {
                    await FinishAsync();
                }
                catch (Exception) when (!_closing.IsCancellationRequested)
                {
                    // The next round is in a moment; an operator is told.
                }
            }
        }
        catch (Exception) when (_closing.IsCancellationRequested)
        {
            // Closing.
        }
    }

    private Deadline Begin() => order.Begin(CancellationToken.None);

    /// <param name="slots">Null when they are destroyed: then it is found no more.</param>
    private static byte[] ToJson(string id, string writeId, IReadOnlyList<long>? slots) => slots is null
        ? JsonSerializer.SerializeToUtf8Bytes(new { id, pk = Partition, w = writeId })
        : JsonSerializer.SerializeToUtf8Bytes(new { id, pk = Partition, w = writeId, o = id, slots });
}
