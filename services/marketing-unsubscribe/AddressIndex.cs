using System.Collections.Concurrent;
using Consent.Contracts;
using Consent.Storage;
using Consent.Subscriber;

namespace Consent.MarketingUnsubscribe;

/// <summary>
/// What a check needs to know of every address, in memory: of each topic that was decided, here or in the consent service, a cell of 40 bytes
/// (<see cref="AddressIndexCells"/>) that says of what kind the decision is and on which record it rests. It decides nothing: <see cref="AddressIndexAnswers"/>
/// has <see cref="MaySend"/> do so. <see cref="AddressIndexFeed"/> keeps it as the stores are. Safe for many threads; what is of one address changes at once.
/// </summary>
public sealed class AddressIndex
{
    /// <summary>In the place of a topic, whose names have no such letter: a receipt that cannot be read.</summary>
    private const string Unreadable = "?";

    /// <summary>In front of a topic: how often it is wanted was chosen.</summary>
    private const string Frequency = "~";
    private readonly Lock _graves = new();
    private readonly Dictionary<StreamKey, (string Site, string SubjectId)> _erasing = [];
    private readonly HashSet<StreamKey> _buried = [];
    private volatile bool _hasBuried;
    private volatile bool _isSound = true;
    private volatile Contents _contents = new() { IsWhole = true };

    /// <summary>Of all cells, with the room that is free between them.</summary>
    public long Bytes => _contents.Shards.Sum(shard => shard.Bytes);

    internal AddressIndexKinds<TopicEntry> OwnKinds { get; } = new("entries");

    internal AddressIndexKinds<PurposeDecision> HeldKinds { get; } = new("decisions");

    /// <summary>False when something of what the consent service said was lost: then nothing here counts any more.</summary>
    internal bool IsSound => _isSound;

    /// <summary>Whether somebody was erased of whom nothing but the name of his stream is known.</summary>
    internal bool HasBuried => _hasBuried;

    /// <summary>What stands in the newest record of the address in the log of this service, of each topic.</summary>
    /// <param name="topics">Null for nothing.</param>
    /// <param name="frequencies">Null for none that was chosen.</param>
    public void SetOwn(string site, string subjectId, IReadOnlyDictionary<string, TopicEntry>? topics, IReadOnlyDictionary<string, string>? frequencies = null)
    {
        if (!AddressKey.TryRead(subjectId, out var subject)) return;
        var at = SiteOf(site, [.. topics?.Keys ?? [], .. frequencies?.Keys.Select(topic => Frequency + topic) ?? []]);
        var (cells, all) = (at.CellsOf(subject), topics?.GetValueOrDefault(MarketingRecord.Everything));
        lock (cells.Gate)
        {
            foreach (var (id, salt) in at.Ids)
            {
                var standing = topics?.ContainsKey(id) is true ? MarketingDecisions.Standing(topics, id) : null;
                // The cell of everything, which is written under the same lock, says as much.
                if (ReferenceEquals(standing, all) && id != MarketingRecord.Everything) standing = null;
                PackedId by = default;
                var isNamed = standing?.By is null || PackedId.TryRead(standing.By, out by);
                var isChosen = id.StartsWith(Frequency, StringComparison.Ordinal) && frequencies?.ContainsKey(id[Frequency.Length..]) is true;
                var kind = isChosen || !isNamed ? AddressIndexKinds.Ask : standing is null ? AddressIndexKinds.None : OwnKinds.NumberOf(AddressIndexKinds.Of(standing));
                cells.SetOwn(at.KeyOf(subject, salt), kind, by);
            }
        }
    }

    /// <summary>What stands in the newest receipt of the subject, of each purpose and topic.</summary>
    /// <param name="newest">Null for nothing.</param>
    /// <param name="isUnreadable">There is one that cannot be read.</param>
    public void SetHeld(string site, string subjectId, Receipt? newest, bool isUnreadable = false)
    {
        if (!AddressKey.TryRead(subjectId, out var subject)) return;
        var at = SiteOf(site, isUnreadable ? [Unreadable] : newest?.Purposes.Keys ?? []);
        var cells = at.CellsOf(subject);
        PackedId receipt = default;
        if (newest is not null) _ = PackedId.TryRead(newest.Id, out receipt);
        lock (cells.Gate)
        {
            foreach (var (id, salt) in at.Ids)
            {
                var decision = newest?.Purposes.GetValueOrDefault(id);
                var kind = decision is not null ? HeldKinds.NumberOf(AddressIndexKinds.Of(decision))
                    : isUnreadable && id == Unreadable ? AddressIndexKinds.Ask
                    : AddressIndexKinds.None;
                cells.SetHeld(at.KeyOf(subject, salt), kind, (uint)Math.Clamp(decision?.DecidedIn ?? 0, 0L, uint.MaxValue), receipt);
            }
        }
    }

    internal void Hear(IReadOnlyList<ReceiptChange> changes)
    {
        try
        {
            foreach (var change in changes) SetHeld(change.Site, change.Subject, change.Newest, change.IsUnreadable);
        }
        catch (Exception)
        {
            // Whatever it was, a "no" may have been in it; and whoever tells of it must not fail by it.
            _isSound = false;
        }
    }

    /// <summary>What was told so far counts no more: all of it is to be told anew, and until then nothing is answered.</summary>
    internal void Clear() => _contents = new Contents();

    /// <summary>All was told.</summary>
    internal void Complete() => _contents.IsWhole = true;

    /// <summary>To be told before an erasure: its tombstone names nobody.</summary>
    internal void Erasing(StreamKey stream, string site, string subjectId)
    {
        lock (_graves) _erasing[stream] = (site, subjectId);
    }

    /// <summary>Null for what is left of somebody of whom it is not known here who he was; from then on <see cref="IsBuried"/> knows his stream.</summary>
    internal (string Site, string SubjectId)? Erased(StreamKey stream)
    {
        lock (_graves)
        {
            if (_erasing.Remove(stream, out var named)) return named;
            _buried.Add(stream);
            _hasBuried = true;
            return null;
        }
    }

    internal bool IsBuried(StreamKey stream)
    {
        lock (_graves) return _buried.Contains(stream);
    }

    /// <summary>False when the stores have to be asked. What is asked so is answered out of what is there now, also when that is cleared meanwhile.</summary>
    /// <param name="chosen">The topic of which it matters how often it is wanted; null for none.</param>
    /// <param name="question">What to look for; null when nothing at all is known of the site.</param>
    internal bool TryAsk(string site, string topic, string? purpose, string? chosen, out AddressQuestion? question)
    {
        var contents = _contents;
        question = null;
        if (!contents.IsWhole) return false;
        if (contents.Sites.TryGetValue(site, out var at))
        {
            question = new AddressQuestion(
                at, at.SaltOf(topic), at.SaltOf(MarketingRecord.Everything), purpose is null ? null : at.SaltOf(purpose), at.SaltOf(Unreadable),
                chosen is null ? null : at.SaltOf(Frequency + chosen));
        }
        return true;
    }

    internal static AddressFound Find(AddressQuestion asked, AddressKey subject)
    {
        var at = asked.Site;
        var cells = at.CellsOf(subject);
        lock (cells.Gate)
        {
            var (topic, purpose, all) = (Cell(asked.Topic), Cell(asked.Purpose), Cell(asked.Everything));
            // Each that says so is of the same receipt.
            var receipt = NamesReceipt(topic) ? topic.Id : NamesReceipt(purpose) ? purpose.Id : NamesReceipt(all) ? all.Id : default;
            return new AddressFound(
                topic.Own == AddressIndexKinds.None ? all.Own : topic.Own, topic.Own == AddressIndexKinds.None, topic.Own == AddressIndexKinds.None ? all.Id : topic.Id,
                topic.Held, topic.DecidedIn, purpose.Held, purpose.DecidedIn, all.Held, all.DecidedIn, receipt,
                Cell(asked.Unreadable).Held != AddressIndexKinds.None, Cell(asked.Chosen).Own != AddressIndexKinds.None);
        }

        static bool NamesReceipt(AddressCell cell) => cell is { Own: AddressIndexKinds.None, Held: not AddressIndexKinds.None };

        AddressCell Cell(ulong? salt) => salt is { } given ? cells.Find(at.KeyOf(subject, given)) : default;
    }

    private AddressIndexSite SiteOf(string site, IEnumerable<string> ids)
    {
        var contents = _contents;
        var at = contents.Sites.GetOrAdd(site, _ => new AddressIndexSite(contents.Shards));
        foreach (var id in ids) at.Add(id);
        return at;
    }

    private sealed class Contents
    {
        private volatile bool _isWhole;

        public AddressIndexCells[] Shards { get; } = [.. Enumerable.Range(0, 256).Select(_ => new AddressIndexCells())];

        public ConcurrentDictionary<string, AddressIndexSite> Sites { get; } = new(StringComparer.Ordinal);

        public bool IsWhole
        {
            get => _isWhole;
            set => _isWhole = value;
        }
    }
}
