using System.Text.Json;
using Consent.Contracts;

namespace Consent.Storage;

/// <summary>
/// Who subscribes: one document for all of them, beside the order. It is changed only from what was read (<c>If-Match</c>), and who loses decides anew on what is there then: so no number is
/// given out twice, and no change of another is taken back. 511 subscribers at most, as on the other engines. All throw <see cref="LogUnavailableException"/>.
/// </summary>
internal sealed class CosmosRegistry(CosmosContainer order)
{
    private const string Partition = "ledger";
    private const string Id = "registry";
    private const string Operation = "ledger-registry";
    private const int Most = 511;
    private static readonly TimeSpan SeenAgo = DeliveryLedger.SeenPrecision / 2;

    /// <summary>All that have a number, those among them that never announced themselves: they name no kinds.</summary>
    public async Task<IReadOnlyList<Subscriber>> ReadAsync(Deadline by) => Of(await order.ReadAsync(Partition, Id, by, Operation));

    /// <param name="change">Pure, and the same again on its own outcome: it is asked anew when somebody was faster, and when it is not known whether the first was written. Null for no change.</param>
    /// <returns>What is there now.</returns>
    public async Task<IReadOnlyList<Subscriber>> ChangeAsync(Func<IReadOnlyList<Subscriber>, IReadOnlyList<Subscriber>?> change, Deadline by)
    {
        while (true)
        {
            var there = await order.ReadAsync(Partition, Id, by, Operation);
            var before = Of(there);
            if (change(before) is not { } after) return before;
            if (after.Count > Most) throw new LogUnavailableException($"The ledger has {Most} subscribers, and takes no more.");
            var writeId = RandomId.New();
            var json = JsonSerializer.SerializeToUtf8Bytes(new { id = Id, pk = Partition, w = writeId, subscribers = after }, JsonSerializerOptions.Web);
            var isDone = there is null
                ? await order.CreateAsync(Partition, Id, json, writeId, by, Operation) is Created.Ours
                : await order.ReplaceAsync(Partition, Id, json, writeId, there.ETag, by, Operation) is not null;
            if (isDone) return after;
        }
    }

    /// <summary>With a number for the name; null when it has one.</summary>
    public static IReadOnlyList<Subscriber>? Entered(IReadOnlyList<Subscriber> all, string name) => all.Any(s => s.Name == name) ? null : [.. all, Unknown(all, name)];

    /// <summary>
    /// See <see cref="ILedgerStore.RegisterAsync"/>. Null where it says nothing new, and was seen a moment ago, by another replica mostly: the document of all is not written again for that.
    /// </summary>
    public static IReadOnlyList<Subscriber>? Announced(IReadOnlyList<Subscriber> all, SubscriberAnnounced announced, DateTimeOffset? seen, long joined)
    {
        var known = all.FirstOrDefault(s => s.Name == announced.Subscriber) ?? Unknown(all, announced.Subscriber);
        var isNew = known.Kinds.Count == 0;
        if (!isNew && SaysTheSame(known, announced) && (seen is null || (known.LastSeen is { } before && (seen.Value - before).Duration() < SeenAgo))) return null;
        return With(all, known with
        {
            Kinds = announced.Kinds,
            Purposes = announced.Purposes,
            EveryVersion = announced.EveryVersion,
            LastSeen = seen ?? known.LastSeen,
            Loaded = announced.Loaded,
            Joined = isNew ? joined : known.Joined,
            Frontier = isNew ? joined : known.Frontier,
        });
    }

    /// <summary>Null when it stands there already, or further, or the number is nobody's.</summary>
    public static IReadOnlyList<Subscriber>? Moved(IReadOnlyList<Subscriber> all, int number, long frontier) =>
        all.FirstOrDefault(s => s.Number == number) is { } one && one.Frontier < frontier ? With(all, one with { Frontier = frontier }) : null;

    /// <summary>Null when nobody of the name has announced itself.</summary>
    public static IReadOnlyList<Subscriber>? Retired(IReadOnlyList<Subscriber> all, string name, string? because, DateTimeOffset at) =>
        all.FirstOrDefault(s => s.Name == name && s.Kinds.Count > 0) is { } one ? With(all, one with { RetiredAt = because is null ? null : at, RetiredBecause = because }) : null;

    private static bool SaysTheSame(Subscriber known, SubscriberAnnounced announced) =>
        known.EveryVersion == announced.EveryVersion && known.Loaded == announced.Loaded && known.Kinds.SequenceEqual(announced.Kinds, StringComparer.Ordinal)
        && (announced.Purposes is { } purposes ? known.Purposes?.SequenceEqual(purposes, StringComparer.Ordinal) == true : known.Purposes is null);

    private static IReadOnlyList<Subscriber> Of(Found? found) => found is null ? [] : found.Body.GetProperty("subscribers").Deserialize<List<Subscriber>>(JsonSerializerOptions.Web)!;

    private static IReadOnlyList<Subscriber> With(IReadOnlyList<Subscriber> all, Subscriber one) => [.. all.Where(s => s.Number != one.Number), one];

    private static Subscriber Unknown(IReadOnlyList<Subscriber> all, string name) =>
        new(all.Select(s => s.Number).DefaultIfEmpty(0).Max() + 1, name, [], null, false, 0, 0, null, null, null, null);
}
