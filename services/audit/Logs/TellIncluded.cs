using Consent.Contracts;
using Consent.ServiceDefaults;
using Consent.Storage;

namespace Consent.Audit.Logs;

/// <summary>
/// <c>POST /v1/audit/proofs/included</c> with <c>{"ids":[…]}</c>, 1 to 1,000 ids of what was heard: where the entry of each stands in its controller's log, so that whoever reads the log
/// can compare the two. Opens nothing, names nobody, and so is noted as no look at anybody. What is another controller's, or was erased, is <c>unknown</c>.
/// </summary>
internal static class TellIncluded
{
    private const int MostIds = 1000, LongestId = 200, LargestBody = 256 * 1024, AtOnce = 100;

    public static async Task<IResult> AnswerAsync(
        HttpContext http, [FromKeyedServices(AuditSetup.Service)] IRecordLog log, LogPlaces places, FindEntries find, CancellationToken cancel)
    {
        var (asked, problem) = await JsonBody.ReadAsync<Question>(http.Request, LargestBody);
        if (asked is null) return problem!;
        if (asked.Ids is not { Count: > 0 and <= MostIds } given)
            return Problems.Because(400, "bad-ids", "No number of ids came that can be answered.", $"Send ids, 1 to {MostIds} of them in one call.");
        List<string> ids = [.. given.OfType<string>().Where(IsId)];
        if (ids.Count < given.Count) return Problems.Because(400, "bad-ids", "Not all of these are ids.", $"Send ids as /v1/audit/receipts tells them: 1 to {LongestId} letters, digits and signs.");

        var sought = new List<Sought?>();
        foreach (var some in ids.Chunk(AtOnce))
        {
            var traces = await log.HistoriesAsync([.. some.Select(id => log.KeyOf(AuditLog.TraceOf(id)))], cancel);
            var events = await LoggedEvent.InAsync(log, traces, cancel);
            sought.AddRange(events.Select(its =>
                its is { } e && places.ControllersOf(e).FirstOrDefault(c => Tenancy.Allows(http.User, e.Site ?? "", c)) is { } controller ? new Sought(e.Record, controller) : null));
        }

        var found = new Queue<EntryFound>(await find.RunAsync([.. sought.OfType<Sought>()], cancel));
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new Answer([.. ids.Zip(sought).Select(one => Told(one.First, one.Second is null ? null : found.Dequeue()))]), ContractJson.Options);
    }

    private static bool IsId(string id) => id.Length is > 0 and <= LongestId && id.All(c => c is > ' ' and <= '~');

    private static Record Told(string id, EntryFound? found) =>
        found is null or { IsErased: true } ? new Record(id, "unknown")
        : found.Place is { } place ? new Record(id, "included", place.Log, place.Index, place.At)
        : new Record(id, "pending");

    private sealed record Question(IReadOnlyList<string?>? Ids = null);

    /// <param name="Records">In the order of the ids.</param>
    private sealed record Answer(IReadOnlyList<Record> Records);

    /// <param name="Status"><c>included</c>, with the three others; <c>pending</c> until the next checkpoint; or <c>unknown</c>.</param>
    /// <param name="At">Of the entry.</param>
    private sealed record Record(string Id, string Status, string? Log = null, long? Index = null, DateTimeOffset? At = null);
}
