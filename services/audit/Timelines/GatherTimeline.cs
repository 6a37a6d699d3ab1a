using System.Globalization;
using System.Security.Claims;
using Consent.Audit.Holds;
using Consent.Contracts;

namespace Consent.Audit.Timelines;

/// <summary>A place in a person's story, behind which the next page begins: the moment and what tells events of one moment apart.</summary>
internal readonly record struct TimelinePlace(long At, string Key)
{
    public static TimelinePlace Beginning { get; } = new(long.MinValue, "");

    /// <summary>Null for what was handed out by no answer.</summary>
    public static TimelinePlace? Read(string? text)
    {
        if (string.IsNullOrEmpty(text)) return Beginning;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && text.Length < 200 && long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at)
            ? new TimelinePlace(at, text[(dot + 1)..])
            : null;
    }

    public bool IsBehind(TimelinePlace other) => At != other.At ? At > other.At : string.CompareOrdinal(Key, other.Key) > 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}.{Key}");
}

/// <param name="Next">To be sent as <c>after</c>; absent at the end.</param>
/// <param name="Kept">Of whom is held or restricted: what is kept, on which ground, until when.</param>
internal sealed record Timeline(string Site, IReadOnlyList<string> Subjects, IReadOnlyList<TimelineEvent> Events, string? Next, Kept? Kept = null);

/// <summary>Reads one person's story: his receipts by the index, what marketing told by the notes under his address; of nobody else anything.</summary>
internal sealed class GatherTimeline(FollowReceipts receipts, AddressTraces addresses, OpenTraces traces)
{
    /// <param name="isOpened">Whether the caller may see the person whatever restricts him; else of a restricted one nothing is told.</param>
    public async Task<Timeline> RunAsync(ClaimsPrincipal user, AskedPerson person, TimelinePlace after, int limit, CancellationToken cancel, bool isOpened = false)
    {
        var items = (await ListAsync(person, cancel)).Where(i => i.Place.IsBehind(after))
            .OrderBy(i => i.Place.At).ThenBy(i => i.Place.Key, StringComparer.Ordinal).Take(limit + 1).ToList();
        var events = new List<TimelineEvent>();
        foreach (var some in items.Take(limit).Chunk(OpenTraces.AtOnce))
            events.AddRange(await ReadAsync(user, some, isOpened, cancel));
        return new Timeline(person.Site, person.Subjects, events, items.Count > limit ? items[limit - 1].Place.ToString() : null);
    }

    private async Task<List<Item>> ListAsync(AskedPerson person, CancellationToken cancel)
    {
        var (index, items) = (await receipts.CurrentAsync(cancel), new List<Item>());
        foreach (var subject in person.Subjects)
        {
            foreach (var (position, at) in index.Of(receipts.KeyOf(person.Site, subject))) items.Add(ItemOf(at, $"r{position:x16}", null, position));
            if (!SubjectId.IsAddress(subject)) continue;
            var (told, erased) = await addresses.ReadAsync(person.Site, subject, cancel);
            foreach (var (id, at) in told) items.Add(ItemOf(at, $"m{id}", id, 0));
            // Before all that came at the same moment: what was erased was there until then.
            if (erased is { } gone) items.Add(ItemOf(gone.At, $"e{gone.By}", gone.By, 0) with { IsErasure = true });
        }

        return items;

        static Item ItemOf(DateTimeOffset at, string key, string? id, long position) => new(new TimelinePlace(at.ToUnixTimeMilliseconds(), key), at, id, position);
    }

    private async Task<List<TimelineEvent>> ReadAsync(ClaimsPrincipal user, IReadOnlyList<Item> items, bool isOpened, CancellationToken cancel)
    {
        var (named, placed) = (items.Where(i => i.RecordId is not null).ToList(), items.Where(i => i.RecordId is null).ToList());
        var found = named.Zip(await traces.OfAsync(user, [.. named.Select(i => i.RecordId!)], cancel, isOpened))
            .Concat(placed.Zip(await traces.AtAsync(user, [.. placed.Select(i => i.Position)], cancel, isOpened))).Where(each => each.Second is not null).ToList();
        var logged = await traces.PlacesOfAsync([.. found.Select(each => each.Second!)], cancel);
        var read = new Dictionary<Item, TimelineEvent>(ReferenceEqualityComparer.Instance);
        foreach (var ((item, trace), place) in found.Zip(logged))
        {
            if (TimelineEvent.Of(trace!, place) is { } told) read[item] = told;
        }

        // Of an erasure the moment is left in any case; an event that an erasure took meanwhile is not there.
        return [.. items.Select(i => i.IsErasure ? (read.GetValueOrDefault(i) ?? new TimelineEvent { At = i.At, What = TimelineWhat.Erased }) with { At = i.At } : read.GetValueOrDefault(i))
            .OfType<TimelineEvent>()];
    }

    private sealed record Item(TimelinePlace Place, DateTimeOffset At, string? RecordId, long Position, bool IsErasure = false);
}
