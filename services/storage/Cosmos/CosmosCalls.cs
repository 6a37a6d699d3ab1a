using System.Collections.ObjectModel;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

/// <summary>
/// A container, by single documents: nothing is answered of a write before it is known what became of it, and nothing is waited for longer than its deadline. Each document that is written
/// here carries in <c>w</c> an id of the write, 128 bits at random: a create whose answer was lost is sent again, by the SDK or from here, and then finds itself. All methods throw
/// <see cref="LogUnavailableException"/> when time is over or the store refuses; a read that its caller ends throws <see cref="OperationCanceledException"/>. Request units and throttling are
/// counted by store and operation. Safe for many threads.
/// </summary>
/// <param name="store">The service, for metrics.</param>
internal sealed partial class CosmosContainer(Container container, string store, CosmosSettings settings, TimeProvider time)
{
    private static readonly TimeSpan SettleWithin = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private readonly RangeRuns? _runs = RangeRuns.In(container.Database.Client);

    /// <summary>Of a request that enters now: <see cref="CosmosSettings.Within"/>.</summary>
    public Deadline Begin(CancellationToken cancel = default) => new(time, settings.Within, cancel);

    /// <summary>
    /// Creates the document if nothing is there under the id. A conflict is answered after reading what is there. When it throws, the document is very likely not there, but that is not promised.
    /// </summary>
    /// <param name="json">Bears <paramref name="id"/> as <c>id</c>, <paramref name="pk"/> as <c>pk</c> and <paramref name="writeId"/> as <c>w</c>.</param>
    /// <param name="operation">For metrics: one of a few words.</param>
    public async Task<Created> CreateAsync(string pk, string id, ReadOnlyMemory<byte> json, string writeId, Deadline by, string operation)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await WriteAsync(token => container.CreateItemStreamAsync(Stream(json), new PartitionKey(pk), cancellationToken: token), by, operation);
            if (answer.Status == HttpStatusCode.Created) return Created.Ours.It;
            RequireContainer(answer);
            // Nothing there settles nothing: it may be on its way yet. The same document again does no harm.
            if (IsToBeSettled(answer, by) && await SettleAsync(pk, id, by, operation) is { } there)
                return there.IsBy(writeId) ? Created.Ours.It : new Created.Others(there);
            await PauseAsync(answer, tries, by, isWrite: true);
        }
    }

    /// <summary>
    /// Creates a document whose content follows from its id: on return it is there. Who else wrote it does not matter, so nothing is read back.
    /// </summary>
    /// <returns>Whether nothing was there; false too when this very call wrote it, and its answer was lost.</returns>
    public async Task<bool> CreateSameAsync(string pk, string id, ReadOnlyMemory<byte> json, Deadline by, string operation)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await WriteAsync(token => container.CreateItemStreamAsync(Stream(json), new PartitionKey(pk), cancellationToken: token), by, operation);
            if (answer.Status is HttpStatusCode.Created or HttpStatusCode.Conflict) return answer.Status == HttpStatusCode.Created;
            RequireContainer(answer);
            await PauseAsync(answer, tries, by, isWrite: true);
        }
    }

    /// <summary>Of each range of the container, which history it has as far as this process has seen, by a name of its own. See <see cref="RangeRuns"/>.</summary>
    public IReadOnlyDictionary<string, int> Runs => _runs?.Of(container.Id) ?? ReadOnlyDictionary<string, int>.Empty;

    /// <summary>The document; null when it is not there.</summary>
    /// <param name="known">What was read of it before: where it is still so, this is returned, and costs one request unit however large it is.</param>
    public async Task<Found?> ReadAsync(string pk, string id, Deadline by, string operation, Found? known = null)
    {
        var options = known is null ? null : new ItemRequestOptions { IfNoneMatchEtag = known.ETag };
        for (var tries = 1; ; tries++)
        {
            var answer = await SendAsync(token => container.ReadItemStreamAsync(id, new PartitionKey(pk), options, token), by, false, operation);
            if (answer.Status == HttpStatusCode.OK && answer.Body.ValueKind == JsonValueKind.Object) return new Found(answer.Body, answer.ETag);
            if (answer.Status == HttpStatusCode.NotModified && known is not null) return known;
            if (answer is { Status: HttpStatusCode.NotFound, Verdict: CallVerdict.Done }) return null;
            await PauseAsync(answer, tries, by, isWrite: false);
        }
    }

    /// <summary>
    /// Whether the document is there, for certain: asked by a replacement that is never made, because that only the region answers which takes the writes. Whatever is read in the partition behind it
    /// is no older, from whichever replica. About 2 request units.
    /// </summary>
    public async Task<bool> IsThereForCertainAsync(string pk, string id, Deadline by, string operation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new { id, pk });
        var never = new ItemRequestOptions { IfMatchEtag = "\"never\"" };
        for (var tries = 1; ; tries++)
        {
            var answer = await WriteAsync(token => container.ReplaceItemStreamAsync(Stream(json), id, new PartitionKey(pk), never, token), by, operation);
            if (answer.Status == HttpStatusCode.PreconditionFailed) return true;
            if (answer is { Status: HttpStatusCode.NotFound, Verdict: CallVerdict.Done }) return false;
            await PauseAsync(answer, tries, by, isWrite: false);
        }
    }

    /// <summary>
    /// Puts the document in the place of the one that is there. Null when it lost: what is there was changed since, or nothing is there. Also null when it was put there and changed again by
    /// another before that could be read.
    /// </summary>
    /// <param name="ifMatch">What was there when it was read; null to replace whatever there is.</param>
    public async Task<Found?> ReplaceAsync(string pk, string id, ReadOnlyMemory<byte> json, string writeId, string? ifMatch, Deadline by, string operation)
    {
        var options = ifMatch is null ? null : new ItemRequestOptions { IfMatchEtag = ifMatch };
        for (var tries = 1; ; tries++)
        {
            var answer = await WriteAsync(token => container.ReplaceItemStreamAsync(Stream(json), id, new PartitionKey(pk), options, token), by, operation);
            if (answer.Status == HttpStatusCode.OK) return new Found(JsonElement.Parse(json.Span), answer.ETag);
            if (answer is { Status: HttpStatusCode.NotFound, Verdict: CallVerdict.Done }) return null;
            if (IsToBeSettled(answer, by))
            {
                var there = await SettleAsync(pk, id, by, operation);
                if (there?.IsBy(writeId) == true) return there;
                if (there is null || (ifMatch is not null && there.ETag != ifMatch)) return null;
                // Unchanged so far: it may be on its way yet, and is sent again.
            }

            await PauseAsync(answer, tries, by, isWrite: true);
        }
    }

    /// <summary>
    /// Whether to read what became of a write: where it was refused for what is there. Where nobody knows, it is sent again first, while there is time: if it was made, the replica that takes the writes
    /// refuses it, and what is read behind that is no older; a read alone may come from a replica that has what the others do not have.
    /// </summary>
    private static bool IsToBeSettled(CosmosAnswer answer, Deadline by) => answer.Verdict is CallVerdict.Done || (answer.Verdict is CallVerdict.ReadBack && by.Left <= LongestPause);

    private static MemoryStream Stream(ReadOnlyMemory<byte> json) =>
        MemoryMarshal.TryGetArray(json, out var bytes) ? new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, false) : new MemoryStream(json.ToArray());

    /// <summary>What is there after a write of which nobody knows; null when it is not, which may change. Has some time of its own, because that of the request may be over by then.</summary>
    private async Task<Found?> SettleAsync(string pk, string id, Deadline by, string operation)
    {
        try
        {
            return await ReadAsync(pk, id, by.AtLeast(SettleWithin), operation);
        }
        catch (LogUnavailableException e)
        {
            throw new LogUnavailableException($"The write may have been made or not, and what is there could not be read: {e.Message}", e);
        }
    }

    private static void RequireContainer(CosmosAnswer answer)
    {
        if (answer is { Status: HttpStatusCode.NotFound, Verdict: CallVerdict.Done }) throw new LogUnavailableException("A container is missing in Azure Cosmos DB: run the service with the argument migrate.");
    }

    /// <summary>Before the same call once more. Throws when that would end the same way, or comes too late.</summary>
    private static async Task PauseAsync(CosmosAnswer answer, int tries, Deadline by, bool isWrite)
    {
        if (answer.Verdict is CallVerdict.Fail failed) throw new LogUnavailableException(failed.Sentence);
        var own = BackOff.After(tries, answer.Verdict is CallVerdict.Again again ? again.Pause : TimeSpan.FromMilliseconds(50), LongestPause);
        // Some more than it says, and not all the same: those who were turned away together would come together.
        var pause = own + answer.RetryAfter;
        if (!await by.PauseAsync(pause, isWrite)) throw new LogUnavailableException(isWrite ? $"{answer}; whether it is written is not known." : $"{answer}, and there is no time left.");
    }

    private Task<CosmosAnswer> WriteAsync(Func<CancellationToken, Task<ResponseMessage>> call, Deadline by, string operation) => SendAsync(call, by, true, operation);

    /// <summary>One call of the SDK. Its exceptions and diagnostics name documents and partitions: none of them leaves this.</summary>
    private async Task<CosmosAnswer> SendAsync(Func<CancellationToken, Task<ResponseMessage>> call, Deadline by, bool isWrite, string operation)
    {
        if (!isWrite) by.Cancel.ThrowIfCancellationRequested();
        if (by.IsOver) throw new LogUnavailableException("There was no time left to ask Azure Cosmos DB.");
        using var source = by.Source(isWrite);
        CosmosAnswer answer;
        try
        {
            using var response = await call(source.Token);
            answer = await CosmosAnswer.OfAsync(response, isWrite, source.Token);
        }
        catch (Exception e)
        {
            if (!isWrite) by.Cancel.ThrowIfCancellationRequested();
            answer = CosmosAnswer.Of(e, isWrite);
        }

        KeyValuePair<string, object?> of = new("store", store), doing = new("operation", operation);
        StorageMetrics.RequestUnits.Record(answer.Charge, of, doing);
        if (answer.IsThrottled) StorageMetrics.Throttled.Add(1, of, doing);
        return answer;
    }
}
