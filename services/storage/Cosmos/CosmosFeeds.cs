using System.Net;
using System.Text.Json;
using Microsoft.Azure.Cosmos;

namespace Consent.Storage;

internal sealed partial class CosmosContainer
{
    /// <summary>All that the query finds in the one partition. What fails on the way begins anew: for questions with few answers.</summary>
    public async Task<List<JsonElement>> QueryAsync(string pk, QueryDefinition query, Deadline by, string operation)
    {
        for (var tries = 1; ; tries++)
        {
            var found = new List<JsonElement>();
            CosmosAnswer? failed = null;
            // Sent as it is: without a plan, which would be a call of its own or a native library in the image.
            var options = new QueryRequestOptions { PartitionKey = new PartitionKey(pk), MaxItemCount = 1000, EnableOptimisticDirectExecution = true };
            using var pages = container.GetItemQueryStreamIterator(query, null, options);
            while (failed is null && pages.HasMoreResults)
            {
                var answer = await SendAsync(token => pages.ReadNextAsync(token), by, false, operation);
                if (answer.Status == HttpStatusCode.OK && answer.Body.ValueKind == JsonValueKind.Object) found.AddRange(answer.Body.GetProperty("Documents").EnumerateArray());
                else failed = answer;
            }

            if (failed is null) return found;
            RequireContainer(failed);
            await PauseAsync(failed, tries, by, isWrite: false);
        }
    }

    /// <summary>
    /// The next page of the change feed, over all partitions: the newest state of each document that was created or replaced since, in the order of its partition. Empty only when everything
    /// that was committed before the call has been handed out, as far as the replica that was asked has it (see the account's consistency).
    /// </summary>
    /// <param name="after">What the last call returned; null for the beginning.</param>
    /// <param name="max">A hint: a page may hold less with more to come.</param>
    /// <param name="since">Where there is no continuation: begins with what was committed then, by the clock of the store, to the second. From the beginning unless given.</param>
    /// <exception cref="StaleContinuationException">Begin anew with null.</exception>
    public async Task<(IReadOnlyList<JsonElement> Changes, string After)> ChangesAsync(string? after, int max, Deadline by, DateTimeOffset? since = null)
    {
        var read = await ReadChangesAsync(after, max, by, since);
        return (read.Changes, read.After);
    }

    /// <summary>As <see cref="ChangesAsync"/>, with how far the range reached that answered.</summary>
    public async Task<FeedAnswer> ReadChangesAsync(string? after, int max, Deadline by, DateTimeOffset? since = null)
    {
        const string Operation = "changes";
        for (var tries = 1; ; tries++)
        {
            var start = after is not null ? ChangeFeedStartFrom.ContinuationToken(after) : since is { } time ? ChangeFeedStartFrom.Time(time.UtcDateTime) : ChangeFeedStartFrom.Beginning();
            using var pages = container.GetChangeFeedStreamIterator(start, ChangeFeedMode.LatestVersion, new ChangeFeedRequestOptions { PageSizeHint = max });
            var (failures, told) = (_runs?.Failures, RangeRuns.Listen());
            var answer = await SendAsync(token => pages.ReadNextAsync(token), by, false, Operation);
            // The SDK asks one range after another until one has something, and says 304 too when one of the later ones failed (CrossPartitionChangeFeedAsyncEnumerator): that failure it keeps
            // for the next call. So where one may have, only a second 304 says that there is nothing.
            if (answer is { Status: HttpStatusCode.NotModified, Continuation: { } more } && !IsOfOneRange(more) && (failures is null || _runs!.Failures != failures))
                answer = await SendAsync(token => pages.ReadNextAsync(token), by, false, Operation);
            switch (answer)
            {
                case { Status: HttpStatusCode.NotModified, Continuation: { } through }:
                    return new FeedAnswer([], through, told);
                case { Status: HttpStatusCode.OK, Continuation: { } through, Body.ValueKind: JsonValueKind.Object }:
                    var changes = answer.Body.GetProperty("Documents").EnumerateArray().ToList();
                    if (changes.Count > 0) return new FeedAnswer(changes, through, told);
                    (after, tries) = (through, 0);
                    continue;
                case { Status: HttpStatusCode.BadRequest, Verdict: CallVerdict.Fail } when after is not null:
                    throw new StaleContinuationException();
                default:
                    RequireContainer(answer);
                    await PauseAsync(answer, tries, by, isWrite: false);
                    break;
            }
        }
    }

    private static bool IsOfOneRange(string continuation) =>
        continuation.IndexOf("\"FeedRange\"", StringComparison.Ordinal) is >= 0 and var first && continuation.IndexOf("\"FeedRange\"", first + 1, StringComparison.Ordinal) < 0;
}
